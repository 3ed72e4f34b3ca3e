// What Python sees. Compiled with ENVDOCTOR_CUDA where the file of the GPU is compiled beside it.
// A part of torch/extension.h: all of it takes twice as long to compile.
#include <torch/csrc/utils/pybind.h>

#include "operators.h"

namespace {

at::Tensor prepared(const at::Tensor& tensor) {
  TORCH_CHECK(tensor.dim() == 4, "four dimensions are needed, and there are ", tensor.dim());
#ifndef ENVDOCTOR_CUDA
  TORCH_CHECK(tensor.device().is_cpu(), "built without CUDA");
#endif
  return tensor.contiguous();
}

Pair pool_forward(const at::Tensor& image, int64_t window, int64_t stride) {
#ifdef ENVDOCTOR_CUDA
  if (image.is_cuda()) return cuda::pool_forward(prepared(image), window, stride);
#endif
  return cpu::pool_forward(prepared(image), window, stride);
}

at::Tensor pool_backward(const at::Tensor& gradient, const at::Tensor& places, const at::Tensor& image, int64_t window,
                         int64_t stride) {
  TORCH_CHECK(gradient.sizes() == places.sizes(), "the gradient has another shape than the output");
#ifdef ENVDOCTOR_CUDA
  if (image.is_cuda()) return cuda::pool_backward(prepared(gradient), places, prepared(image), window, stride);
#endif
  return cpu::pool_backward(prepared(gradient), places, prepared(image));
}

at::Tensor convolution_forward(const at::Tensor& image, const at::Tensor& kernel, int64_t stride, int64_t padding) {
#ifdef ENVDOCTOR_CUDA
  if (image.is_cuda()) return cuda::convolution_forward(prepared(image), prepared(kernel), stride, padding);
#endif
  return cpu::convolution_forward(prepared(image), prepared(kernel), stride, padding);
}

Pair convolution_backward(const at::Tensor& gradient, const at::Tensor& image, const at::Tensor& kernel, int64_t stride,
                          int64_t padding) {
#ifdef ENVDOCTOR_CUDA
  if (image.is_cuda())
    return cuda::convolution_backward(prepared(gradient), prepared(image), prepared(kernel), stride, padding);
#endif
  return cpu::convolution_backward(prepared(gradient), prepared(image), prepared(kernel), stride, padding);
}

}  // namespace

PYBIND11_MODULE(TORCH_EXTENSION_NAME, module) {
  module.def("pool_forward", &pool_forward);
  module.def("pool_backward", &pool_backward);
  module.def("convolution_forward", &convolution_forward);
  module.def("convolution_backward", &convolution_backward);
}
