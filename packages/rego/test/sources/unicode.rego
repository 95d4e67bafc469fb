package mark

p := "é😀"

q := 1 # — comment
