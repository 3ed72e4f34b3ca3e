// Max-pooling and 2-D convolution, written out. Every function checks its shapes; `Plan` holds them.
#pragma once

#include <ATen/ATen.h>

#include <tuple>

// Images are (images, channels, height, width), contiguous; kernels (out channels, in channels, height, width).
// Convolution: any stride, zeros as padding, no dilation, one group. Pooling: square windows, no padding.

struct ConvolutionPlan {
  int64_t images, in_channels, height, width, out_channels, kernel_height, kernel_width, out_height, out_width;
  int64_t stride, padding;

  ConvolutionPlan(const at::Tensor& image, const at::Tensor& kernel, int64_t stride, int64_t padding)
      : images(image.size(0)), in_channels(image.size(1)), height(image.size(2)), width(image.size(3)),
        out_channels(kernel.size(0)), kernel_height(kernel.size(2)), kernel_width(kernel.size(3)),
        out_height((height + 2 * padding - kernel_height) / stride + 1),
        out_width((width + 2 * padding - kernel_width) / stride + 1), stride(stride), padding(padding) {
    TORCH_CHECK(stride > 0 && padding >= 0, "stride must be positive and padding not negative");
    TORCH_CHECK(kernel.size(1) == in_channels, "the kernel is for ", kernel.size(1), " channels, not ", in_channels);
    TORCH_CHECK(height + 2 * padding >= kernel_height && width + 2 * padding >= kernel_width,
                "the kernel is larger than the padded image");
    TORCH_CHECK(image.scalar_type() == kernel.scalar_type(), "image and kernel are of different types");
  }
};

struct PoolPlan {
  int64_t planes, height, width, window, stride, out_height, out_width;

  PoolPlan(const at::Tensor& image, int64_t window, int64_t stride)
      : planes(image.size(0) * image.size(1)), height(image.size(2)), width(image.size(3)), window(window),
        stride(stride), out_height((height - window) / stride + 1), out_width((width - window) / stride + 1) {
    TORCH_CHECK(window > 0 && stride > 0, "window and stride must be positive");
    TORCH_CHECK(height >= window && width >= window, "the window is larger than the image");
  }
};

using Pair = std::tuple<at::Tensor, at::Tensor>;

namespace cpu {
Pair pool_forward(const at::Tensor& image, int64_t window, int64_t stride);
at::Tensor pool_backward(const at::Tensor& gradient, const at::Tensor& places, const at::Tensor& image);
at::Tensor convolution_forward(const at::Tensor& image, const at::Tensor& kernel, int64_t stride, int64_t padding);
Pair convolution_backward(const at::Tensor& gradient, const at::Tensor& image, const at::Tensor& kernel, int64_t stride,
                          int64_t padding);
}  // namespace cpu

namespace cuda {
Pair pool_forward(const at::Tensor& image, int64_t window, int64_t stride);
at::Tensor pool_backward(const at::Tensor& gradient, const at::Tensor& places, const at::Tensor& image, int64_t window,
                         int64_t stride);
at::Tensor convolution_forward(const at::Tensor& image, const at::Tensor& kernel, int64_t stride, int64_t padding);
Pair convolution_backward(const at::Tensor& gradient, const at::Tensor& image, const at::Tensor& kernel, int64_t stride,
                          int64_t padding);
}  // namespace cuda
