# METADATA
# scope: rule
package wrong

# METADATA
# title: [unclosed
p := 1

# METADATA
# scope: nonsense
q := 2
