"""How many threads the libraries below numpy start."""

# They would start one for every core of the machine, and reserve memory for it, before numpy does anything; nothing
# here has matrices that gain by it. Environment variables that they read when they are loaded.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
