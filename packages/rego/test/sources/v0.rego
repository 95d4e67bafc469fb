package old

allow { input.user == "admin" }

deny[msg] { msg := "no" }

m[k] = v { k = "a"; v = 1 }

f(x) = y { y = x } else = 0 { true }

p { q } { r }

q = true
r = true

b.c.d = 1
