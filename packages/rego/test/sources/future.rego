package future

import future.keywords.and
import future.keywords.not
import future.keywords.or

p if input.a and input.b or not { input.c; input.d }

q if (input.a or input.b) and not (input.c and input.d)

r if { input.x == 1 } and { some y in input.ys; y > 1 }
