from tasks.loop import __doc__ as about
from tasks.stage import main

main("loop", about)
