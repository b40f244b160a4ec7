"""Ways to run a patch's decoder: natively in the kernel, or by ONNX Runtime or torch in a worker."""
