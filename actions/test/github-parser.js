// SPDX-License-Identifier: Apache-2.0
// Bundled by workflows.interop.ts: GitHub's workflow parser cannot be imported as it is published.
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { parseAction } from '@actions/workflow-parser/actions/action-parser';

export async function readWorkflow(name, content, contentOf) {
  const trace = new NoOperationTraceWriter();
  const { context, value } = parseWorkflow({ name, content }, trace);
  if (value === undefined) return messages(context);
  const provider = {
    getFileContent: async (reference) => {
      const { owner, repository, path: file, version } = reference;
      const path = owner === undefined ? `./${file}` : `${owner}/${repository}/${file}@${version}`;
      return { name: path, content: await contentOf(path) };
    },
  };
  const template = await convertWorkflowTemplate(context, value, provider, {
    fetchReusableWorkflowDepth: 1,
    errorPolicy: 1,
  });
  return [...messages(context), ...(template.errors ?? []).map((error) => error.Message ?? String(error))];
}

export function readAction(name, content) {
  return messages(parseAction({ name, content }, new NoOperationTraceWriter()).context);
}

function messages(context) {
  return context.errors.getErrors().map((error) => error.message);
}
