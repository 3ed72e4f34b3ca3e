// The operators on a CPU, in one thread: a second OpenMP beside the one that torch brings would fight with it.
#include <ATen/Dispatch.h>

#include <algorithm>
#include <utility>

#include "operators.h"

namespace cpu {

Pair pool_forward(const at::Tensor& image, int64_t window, int64_t stride) {
  const PoolPlan p(image, window, stride);
  at::Tensor out = at::empty({image.size(0), image.size(1), p.out_height, p.out_width}, image.options());
  at::Tensor places = at::empty(out.sizes(), image.options().dtype(at::kLong));
  AT_DISPATCH_FLOATING_TYPES(image.scalar_type(), "pool_forward", [&] {
    const scalar_t* from = image.data_ptr<scalar_t>();
    scalar_t* to = out.data_ptr<scalar_t>();
    int64_t* place = places.data_ptr<int64_t>();
    for (int64_t plane = 0; plane < p.planes; ++plane) {
      const scalar_t* pixels = from + plane * p.height * p.width;
      for (int64_t y = 0; y < p.out_height; ++y) {
        for (int64_t x = 0; x < p.out_width; ++x) {
          int64_t best = y * p.stride * p.width + x * p.stride;
          for (int64_t dy = 0; dy < p.window; ++dy) {
            for (int64_t dx = 0; dx < p.window; ++dx) {
              const int64_t at = (y * p.stride + dy) * p.width + x * p.stride + dx;
              // The comparison with itself: a value that is no number is passed on, and not over.
              if (pixels[at] > pixels[best] || pixels[at] != pixels[at]) best = at;
            }
          }
          const int64_t there = (plane * p.out_height + y) * p.out_width + x;
          to[there] = pixels[best];
          place[there] = best;
        }
      }
    }
  });
  return {out, places};
}

at::Tensor pool_backward(const at::Tensor& gradient, const at::Tensor& places, const at::Tensor& image) {
  at::Tensor out = at::zeros_like(image);
  const int64_t planes = image.size(0) * image.size(1), size = image.size(2) * image.size(3);
  const int64_t outputs = gradient.size(2) * gradient.size(3);
  AT_DISPATCH_FLOATING_TYPES(image.scalar_type(), "pool_backward", [&] {
    const scalar_t* from = gradient.data_ptr<scalar_t>();
    const int64_t* place = places.data_ptr<int64_t>();
    scalar_t* to = out.data_ptr<scalar_t>();
    for (int64_t plane = 0; plane < planes; ++plane) {
      for (int64_t k = plane * outputs; k < (plane + 1) * outputs; ++k) to[plane * size + place[k]] += from[k];
    }
  });
  return out;
}

// The outputs x for which begin <= x * stride + offset - padding < width: those that see no padding.
static std::pair<int64_t, int64_t> inside(int64_t outputs, int64_t width, int64_t offset, int64_t stride,
                                          int64_t padding) {
  const int64_t missing = padding - offset;
  const int64_t first = missing > 0 ? (missing + stride - 1) / stride : 0;
  const int64_t last = (width - 1 + missing) < 0 ? -1 : (width - 1 + missing) / stride;
  return {first, std::min(outputs, last + 1)};
}

// Calls `row` for each pair of rows that meet: (index of the weight, output row, image row, first and last output x,
// image x of output x = 0). One plane of the image, one of the output.
template <typename Row>
static void meet(const ConvolutionPlan& p, Row row) {
  for (int64_t ky = 0; ky < p.kernel_height; ++ky) {
    const auto ys = inside(p.out_height, p.height, ky, p.stride, p.padding);
    for (int64_t kx = 0; kx < p.kernel_width; ++kx) {
      const auto xs = inside(p.out_width, p.width, kx, p.stride, p.padding);
      for (int64_t y = ys.first; y < ys.second; ++y) {
        row(ky * p.kernel_width + kx, y, y * p.stride + ky - p.padding, xs.first, xs.second, kx - p.padding);
      }
    }
  }
}

at::Tensor convolution_forward(const at::Tensor& image, const at::Tensor& kernel, int64_t stride, int64_t padding) {
  const ConvolutionPlan p(image, kernel, stride, padding);
  at::Tensor out = at::zeros({p.images, p.out_channels, p.out_height, p.out_width}, image.options());
  AT_DISPATCH_FLOATING_TYPES(image.scalar_type(), "convolution_forward", [&] {
    const scalar_t* pixels = image.data_ptr<scalar_t>();
    const scalar_t* weights = kernel.data_ptr<scalar_t>();
    scalar_t* results = out.data_ptr<scalar_t>();
    for (int64_t plane = 0; plane < p.images * p.out_channels; ++plane) {
      const int64_t n = plane / p.out_channels, o = plane % p.out_channels;
      scalar_t* to = results + plane * p.out_height * p.out_width;
      for (int64_t c = 0; c < p.in_channels; ++c) {
        const scalar_t* from = pixels + (n * p.in_channels + c) * p.height * p.width;
        const scalar_t* w = weights + (o * p.in_channels + c) * p.kernel_height * p.kernel_width;
        meet(p, [&](int64_t k, int64_t y, int64_t iy, int64_t first, int64_t last, int64_t offset) {
          const scalar_t weight = w[k];
          const scalar_t* source = from + iy * p.width + offset;
          scalar_t* target = to + y * p.out_width;
          for (int64_t x = first; x < last; ++x) target[x] += weight * source[x * p.stride];
        });
      }
    }
  });
  return out;
}

Pair convolution_backward(const at::Tensor& gradient, const at::Tensor& image, const at::Tensor& kernel, int64_t stride,
                          int64_t padding) {
  const ConvolutionPlan p(image, kernel, stride, padding);
  at::Tensor to_image = at::zeros_like(image), to_kernel = at::zeros_like(kernel);
  const int64_t weights_each = p.kernel_height * p.kernel_width;
  AT_DISPATCH_FLOATING_TYPES(image.scalar_type(), "convolution_backward", [&] {
    const scalar_t* pixels = image.data_ptr<scalar_t>();
    const scalar_t* weights = kernel.data_ptr<scalar_t>();
    const scalar_t* given = gradient.data_ptr<scalar_t>();
    scalar_t* pixel_gradients = to_image.data_ptr<scalar_t>();
    scalar_t* weight_gradients = to_kernel.data_ptr<scalar_t>();
    const int64_t in_size = p.height * p.width, out_size = p.out_height * p.out_width;
    for (int64_t plane = 0; plane < p.images * p.in_channels; ++plane) {
      const int64_t n = plane / p.in_channels, c = plane % p.in_channels;
      scalar_t* to = pixel_gradients + plane * in_size;
      for (int64_t o = 0; o < p.out_channels; ++o) {
        const scalar_t* from = given + (n * p.out_channels + o) * out_size;
        const scalar_t* w = weights + (o * p.in_channels + c) * weights_each;
        meet(p, [&](int64_t k, int64_t y, int64_t iy, int64_t first, int64_t last, int64_t offset) {
          const scalar_t weight = w[k];
          const scalar_t* source = from + y * p.out_width;
          scalar_t* target = to + iy * p.width + offset;
          for (int64_t x = first; x < last; ++x) target[x * p.stride] += weight * source[x];
        });
      }
    }
    for (int64_t pair = 0; pair < p.out_channels * p.in_channels; ++pair) {
      const int64_t o = pair / p.in_channels, c = pair % p.in_channels;
      scalar_t* to = weight_gradients + pair * weights_each;
      for (int64_t n = 0; n < p.images; ++n) {
        const scalar_t* from = given + (n * p.out_channels + o) * out_size;
        const scalar_t* seen = pixels + (n * p.in_channels + c) * in_size;
        meet(p, [&](int64_t k, int64_t y, int64_t iy, int64_t first, int64_t last, int64_t offset) {
          const scalar_t* source = from + y * p.out_width;
          const scalar_t* row = seen + iy * p.width + offset;
          scalar_t sum = 0;
          for (int64_t x = first; x < last; ++x) sum += source[x] * row[x * p.stride];
          to[k] += sum;
        });
      }
    }
  });
  return {to_image, to_kernel};
}

}  // namespace cpu
