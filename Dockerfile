# The image of sluice: Node, git for policy sources, and the bundled command. Build it first:
#   npx -y pnpm@12 --filter @sluice/cli build && docker build -t sluice .     (or: buildah bud -t sluice .)
ARG BASE=docker.io/library/node:24.21.0-bookworm-slim
FROM ${BASE}

RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git \
  && rm -rf /var/lib/apt/lists/*

COPY --chmod=755 packages/cli/dist /opt/sluice
RUN ln -s /opt/sluice/sluice.js /usr/local/bin/sluice

# Nobody in particular, as GitLab's and GitHub's runners allow.
USER 65532:65532
ENV HOME=/tmp
ENTRYPOINT ["sluice"]
