"""One module or package per step of the mill: a pure function, and `run(params, paths)`."""
