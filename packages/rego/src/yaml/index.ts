// SPDX-License-Identifier: Apache-2.0

/** YAML as nodes, without the engine: `@sluice/rego/yaml`. */
export { defaultYamlLimits, type YamlLimits } from './limits.ts';
export { YamlError, type YamlMapping, type YamlNode, type YamlScalar, type YamlSequence } from './node.ts';
export { yamlFloat, yamlInteger } from './number.ts';
export { readYaml, readYamlStream, type YamlOptions } from './read.ts';
export { resolveTimestamp } from './timestamp.ts';
