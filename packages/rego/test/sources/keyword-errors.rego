package keywords

p { true }

q[x] { x := 1 }

if := 2

r := 1 some

contains if true
