// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from 'rolldown';

/** The published command: one entry, and a chunk for each part that is loaded only when a command uses it. */
export default defineConfig({
  input: { sluice: 'src/main.ts' },
  platform: 'node',
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'parts/[name]-[hash].js',
    // Names and spaces only: the compressor changes what the timestamp request says (test/bundle.test.ts shows it).
    minify: { compress: false, mangle: true, codegen: true },
    cleanDir: true,
  },
});
