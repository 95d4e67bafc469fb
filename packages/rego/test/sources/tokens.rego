package tokens

a := 01

b := "\q"

c := 1e

d := !x
