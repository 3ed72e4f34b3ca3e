// The operators on a GPU. A thread makes one number, and asks for all that belongs to it: no two write to one place,
// so the result is the same in every run.
// Not ATen/cuda/CUDAContext.h: it wants the headers of cuBLAS and cuSPARSE, which these operators do not use.
#include <ATen/Dispatch.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <algorithm>

#include "operators.h"

namespace {

constexpr int THREADS = 256;
constexpr int64_t MOST_BLOCKS = 65535;

int blocks_for(int64_t numbers) {
  return static_cast<int>(std::max<int64_t>(1, std::min(MOST_BLOCKS, (numbers + THREADS - 1) / THREADS)));
}

// A grid of any size makes all numbers: each thread goes on by the size of the grid.
#define EACH(index, count) \
  for (int64_t index = blockIdx.x * static_cast<int64_t>(blockDim.x) + threadIdx.x; index < (count); \
       index += static_cast<int64_t>(blockDim.x) * gridDim.x)

template <typename T>
__global__ void pool_forward_kernel(PoolPlan p, const T* image, T* out, int64_t* places) {
  EACH(there, p.planes * p.out_height * p.out_width) {
    const int64_t x = there % p.out_width, y = there / p.out_width % p.out_height;
    const T* pixels = image + there / p.out_width / p.out_height * p.height * p.width;
    int64_t best = y * p.stride * p.width + x * p.stride;
    for (int64_t dy = 0; dy < p.window; ++dy) {
      for (int64_t dx = 0; dx < p.window; ++dx) {
        const int64_t at = (y * p.stride + dy) * p.width + x * p.stride + dx;
        if (pixels[at] > pixels[best] || pixels[at] != pixels[at]) best = at;
      }
    }
    out[there] = pixels[best];
    places[there] = best;
  }
}

// One thread for each pixel: it looks at the windows that it lies in.
template <typename T>
__global__ void pool_backward_kernel(PoolPlan p, const T* gradient, const int64_t* places, T* out) {
  EACH(there, p.planes * p.height * p.width) {
    const int64_t x = there % p.width, y = there / p.width % p.height;
    const int64_t plane = there / p.width / p.height, place = y * p.width + x;
    const int64_t first_y = y < p.window ? 0 : (y - p.window) / p.stride + 1;
    const int64_t first_x = x < p.window ? 0 : (x - p.window) / p.stride + 1;
    T sum = 0;
    for (int64_t oy = first_y; oy < p.out_height && oy * p.stride <= y; ++oy) {
      for (int64_t ox = first_x; ox < p.out_width && ox * p.stride <= x; ++ox) {
        const int64_t at = (plane * p.out_height + oy) * p.out_width + ox;
        if (places[at] == place) sum += gradient[at];
      }
    }
    out[there] = sum;
  }
}

template <typename T>
__global__ void convolution_forward_kernel(ConvolutionPlan p, const T* image, const T* kernel, T* out) {
  EACH(there, p.images * p.out_channels * p.out_height * p.out_width) {
    const int64_t x = there % p.out_width, y = there / p.out_width % p.out_height;
    const int64_t plane = there / p.out_width / p.out_height, o = plane % p.out_channels, n = plane / p.out_channels;
    T sum = 0;
    for (int64_t c = 0; c < p.in_channels; ++c) {
      const T* pixels = image + (n * p.in_channels + c) * p.height * p.width;
      const T* weights = kernel + (o * p.in_channels + c) * p.kernel_height * p.kernel_width;
      for (int64_t ky = 0; ky < p.kernel_height; ++ky) {
        const int64_t iy = y * p.stride + ky - p.padding;
        if (iy < 0 || iy >= p.height) continue;
        for (int64_t kx = 0; kx < p.kernel_width; ++kx) {
          const int64_t ix = x * p.stride + kx - p.padding;
          if (ix >= 0 && ix < p.width) sum += pixels[iy * p.width + ix] * weights[ky * p.kernel_width + kx];
        }
      }
    }
    out[there] = sum;
  }
}

// One thread for each pixel: it asks every output that has seen it.
template <typename T>
__global__ void to_image_kernel(ConvolutionPlan p, const T* gradient, const T* kernel, T* out) {
  EACH(there, p.images * p.in_channels * p.height * p.width) {
    const int64_t x = there % p.width, y = there / p.width % p.height;
    const int64_t plane = there / p.width / p.height, c = plane % p.in_channels, n = plane / p.in_channels;
    T sum = 0;
    for (int64_t ky = 0; ky < p.kernel_height; ++ky) {
      const int64_t from_y = y + p.padding - ky;
      if (from_y < 0 || from_y % p.stride || from_y / p.stride >= p.out_height) continue;
      for (int64_t kx = 0; kx < p.kernel_width; ++kx) {
        const int64_t from_x = x + p.padding - kx;
        if (from_x < 0 || from_x % p.stride || from_x / p.stride >= p.out_width) continue;
        for (int64_t o = 0; o < p.out_channels; ++o) {
          const int64_t at = ((n * p.out_channels + o) * p.out_height + from_y / p.stride) * p.out_width;
          const int64_t weight = ((o * p.in_channels + c) * p.kernel_height + ky) * p.kernel_width + kx;
          sum += gradient[at + from_x / p.stride] * kernel[weight];
        }
      }
    }
    out[there] = sum;
  }
}

// One block for each weight: its threads share the images and places, and add up in a fixed order.
template <typename T>
__global__ void to_kernel_kernel(ConvolutionPlan p, const T* gradient, const T* image, T* out) {
  __shared__ T sums[THREADS];
  const int64_t weights = p.out_channels * p.in_channels * p.kernel_height * p.kernel_width;
  const int64_t places = p.out_height * p.out_width;
  for (int64_t weight = blockIdx.x; weight < weights; weight += gridDim.x) {
    const int64_t kx = weight % p.kernel_width, ky = weight / p.kernel_width % p.kernel_height;
    const int64_t pair = weight / p.kernel_width / p.kernel_height, c = pair % p.in_channels, o = pair / p.in_channels;
    T sum = 0;
    for (int64_t k = threadIdx.x; k < p.images * places; k += blockDim.x) {
      const int64_t n = k / places, y = k % places / p.out_width, x = k % p.out_width;
      const int64_t iy = y * p.stride + ky - p.padding, ix = x * p.stride + kx - p.padding;
      if (iy < 0 || iy >= p.height || ix < 0 || ix >= p.width) continue;
      sum += gradient[((n * p.out_channels + o) * p.out_height + y) * p.out_width + x] *
             image[((n * p.in_channels + c) * p.height + iy) * p.width + ix];
    }
    sums[threadIdx.x] = sum;
    __syncthreads();
    for (int half = THREADS / 2; half > 0; half /= 2) {
      if (threadIdx.x < half) sums[threadIdx.x] += sums[threadIdx.x + half];
      __syncthreads();
    }
    if (threadIdx.x == 0) out[weight] = sums[0];
    __syncthreads();
  }
}

}  // namespace

namespace cuda {

Pair pool_forward(const at::Tensor& image, int64_t window, int64_t stride) {
  const c10::cuda::CUDAGuard guard(image.device());
  const PoolPlan p(image, window, stride);
  at::Tensor out = at::empty({image.size(0), image.size(1), p.out_height, p.out_width}, image.options());
  at::Tensor places = at::empty(out.sizes(), image.options().dtype(at::kLong));
  AT_DISPATCH_FLOATING_TYPES(image.scalar_type(), "pool_forward", [&] {
    pool_forward_kernel<scalar_t><<<blocks_for(out.numel()), THREADS, 0, c10::cuda::getCurrentCUDAStream()>>>(
        p, image.data_ptr<scalar_t>(), out.data_ptr<scalar_t>(), places.data_ptr<int64_t>());
    C10_CUDA_KERNEL_LAUNCH_CHECK();
  });
  return {out, places};
}

at::Tensor pool_backward(const at::Tensor& gradient, const at::Tensor& places, const at::Tensor& image, int64_t window,
                         int64_t stride) {
  const c10::cuda::CUDAGuard guard(image.device());
  const PoolPlan p(image, window, stride);
  at::Tensor out = at::empty_like(image);
  AT_DISPATCH_FLOATING_TYPES(image.scalar_type(), "pool_backward", [&] {
    pool_backward_kernel<scalar_t><<<blocks_for(out.numel()), THREADS, 0, c10::cuda::getCurrentCUDAStream()>>>(
        p, gradient.data_ptr<scalar_t>(), places.data_ptr<int64_t>(), out.data_ptr<scalar_t>());
    C10_CUDA_KERNEL_LAUNCH_CHECK();
  });
  return out;
}

at::Tensor convolution_forward(const at::Tensor& image, const at::Tensor& kernel, int64_t stride, int64_t padding) {
  const c10::cuda::CUDAGuard guard(image.device());
  const ConvolutionPlan p(image, kernel, stride, padding);
  at::Tensor out = at::empty({p.images, p.out_channels, p.out_height, p.out_width}, image.options());
  AT_DISPATCH_FLOATING_TYPES(image.scalar_type(), "convolution_forward", [&] {
    convolution_forward_kernel<scalar_t><<<blocks_for(out.numel()), THREADS, 0, c10::cuda::getCurrentCUDAStream()>>>(
        p, image.data_ptr<scalar_t>(), kernel.data_ptr<scalar_t>(), out.data_ptr<scalar_t>());
    C10_CUDA_KERNEL_LAUNCH_CHECK();
  });
  return out;
}

Pair convolution_backward(const at::Tensor& gradient, const at::Tensor& image, const at::Tensor& kernel, int64_t stride,
                          int64_t padding) {
  const c10::cuda::CUDAGuard guard(image.device());
  const ConvolutionPlan p(image, kernel, stride, padding);
  at::Tensor to_image = at::empty_like(image), to_kernel = at::empty_like(kernel);
  const auto stream = c10::cuda::getCurrentCUDAStream();
  AT_DISPATCH_FLOATING_TYPES(image.scalar_type(), "convolution_backward", [&] {
    to_image_kernel<scalar_t><<<blocks_for(to_image.numel()), THREADS, 0, stream>>>(
        p, gradient.data_ptr<scalar_t>(), kernel.data_ptr<scalar_t>(), to_image.data_ptr<scalar_t>());
    C10_CUDA_KERNEL_LAUNCH_CHECK();
    const int blocks = static_cast<int>(std::min(MOST_BLOCKS, to_kernel.numel()));
    to_kernel_kernel<scalar_t><<<blocks, THREADS, 0, stream>>>(
        p, gradient.data_ptr<scalar_t>(), image.data_ptr<scalar_t>(), to_kernel.data_ptr<scalar_t>());
    C10_CUDA_KERNEL_LAUNCH_CHECK();
  });
  return {to_image, to_kernel};
}

}  // namespace cuda
