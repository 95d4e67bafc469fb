// SPDX-License-Identifier: Apache-2.0

// Command rego-cases writes OPA's own conformance cases as one JSON document to standard output:
// {"opa_version", "cases", "compile_cases"}, each case with its corpus and file. The cases are read from the source of
// the module at the version pinned in go.mod, so that nothing of them has to be kept here.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/open-policy-agent/opa/v1/test/cases"
	"github.com/open-policy-agent/opa/v1/test/compilecases"
)

const module = "github.com/open-policy-agent/opa"

type evaluationCase struct {
	Corpus string `json:"corpus"`
	File   string `json:"file"`
	cases.TestCase
}

type compilerCase struct {
	Corpus string `json:"corpus"`
	File   string `json:"file"`
	compilecases.TestCase
}

type document struct {
	Version      string           `json:"opa_version"`
	Cases        []evaluationCase `json:"cases"`
	CompileCases []compilerCase   `json:"compile_cases"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "rego-cases:", err)
		os.Exit(1)
	}
}

func run() error {
	version, folder, err := source()
	if err != nil {
		return err
	}
	out := document{Version: version}
	for _, corpus := range []struct{ name, path string }{
		{"v0", "v1/test/cases/testdata/v0"},
		{"v1", "v1/test/cases/testdata/v1"},
		{"topdown", "v1/topdown/testdata/cases"},
	} {
		set, err := cases.Load(filepath.Join(folder, corpus.path))
		if err != nil {
			return err
		}
		for _, one := range set.Cases {
			out.Cases = append(out.Cases, evaluationCase{corpus.name, relative(folder, one.Filename), one})
		}
	}
	for _, corpus := range []string{"v0", "v1"} {
		set, err := compilecases.Load(filepath.Join(folder, "v1/test/compilecases/testdata", corpus))
		if err != nil {
			return err
		}
		for _, one := range set.Cases {
			out.CompileCases = append(out.CompileCases, compilerCase{corpus, relative(folder, one.Filename), one})
		}
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

// source asks the go command for the version and the folder of OPA's module.
func source() (version, folder string, err error) {
	listed, err := exec.Command("go", "list", "-m", "-f", "{{.Version}} {{.Dir}}", module).Output()
	if err != nil {
		return "", "", fmt.Errorf("go list -m %s: %w", module, err)
	}
	version, folder, found := strings.Cut(strings.TrimSpace(string(listed)), " ")
	if !found || folder == "" {
		return "", "", fmt.Errorf("expected the folder of %s, found %q; run go mod download first", module, listed)
	}
	return version, folder, nil
}

func relative(folder, file string) string {
	short, err := filepath.Rel(folder, file)
	if err != nil {
		return file
	}
	return filepath.ToSlash(short)
}
