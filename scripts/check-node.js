// The pinned Node comes as an npm package; when its install failed pnpm only warns, so say it here.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    `sluice expects Node 24 (installed by "pnpm install" as a dependency), but found ${process.version}; run "npx -y pnpm@12 install" and read its errors.`,
  );
  process.exit(2);
}
