// Structural similarity (Wang et al. 2004) of two pictures [H,W,C] and its gradient, in one pass over the rows.
#pragma once
#include "parallel.h"
#include "vectors.h"
#include <cmath>
#include <vector>

constexpr int Window = 11;

template <class Scalar>
struct Kernel {
    Scalar weights[Window];
    Kernel() {
        double sum = 0, values[Window];
        for (int i = 0; i < Window; i++) {
            values[i] = std::exp(-(i - Window / 2) * (i - Window / 2) / (2 * 1.5 * 1.5));
            sum += values[i];
        }
        for (int i = 0; i < Window; i++) {
            weights[i] = Scalar(values[i] / sum);
        }
    }
};

// Calls body(begin, load, store) for every vector of a row; the last one may be cut.
template <class Scalar, class Body>
void ForVectors(int count, const Body &body) {
    constexpr int Lane = Lanes<Scalar>::Count;
    int i = 0;
    for (; i + Lane <= count; i += Lane) {
        body(i, [](const Scalar *from) { return Load(from); },
             [](Scalar *to, Vector<Scalar> vector) { Store(to, vector); });
    }
    if (const size_t rest = size_t(count - i); rest > 0) {
        const auto load = [=](const Scalar *from) {
            Vector<Scalar> vector{};
            std::memcpy(&vector, from, rest * sizeof(Scalar));
            return vector;
        };
        body(i, load, [=](Scalar *to, Vector<Scalar> vector) { std::memcpy(to, &vector, rest * sizeof(Scalar)); });
    }
}

// to[i] = Σₖ weightₖ · from[i + k·channels]
template <class Scalar>
void BlurRow(const Kernel<Scalar> &kernel, int count, int channels, const Scalar *from, Scalar *to) {
    ForVectors<Scalar>(count, [&](int i, const auto &load, const auto &store) {
        Vector<Scalar> sum{};
        for (int k = 0; k < Window; k++) {
            sum += load(from + i + k * channels) * kernel.weights[k];
        }
        store(to + i, sum);
    });
}

// Of all windows that begin in row y: the means of x, y, x², y², x·y. columns: scratch of the same number of rows.
template <class Scalar>
void WindowMoments(const Kernel<Scalar> &kernel, int y, int stride, int channels, const Scalar *a, const Scalar *b,
                   std::vector<Scalar> (&columns)[5], std::vector<Scalar> (&means)[5]) {
    ForVectors<Scalar>(stride, [&](int i, const auto &load, const auto &store) {
        Vector<Scalar> x{}, z{}, xx{}, zz{}, xz{};
        for (int k = 0; k < Window; k++) {
            const size_t at = size_t(y + k) * stride + i;
            const Vector<Scalar> left = load(a + at), right = load(b + at);
            const Vector<Scalar> weightedLeft = left * kernel.weights[k], weightedRight = right * kernel.weights[k];
            x += weightedLeft;
            z += weightedRight;
            xx += weightedLeft * left;
            zz += weightedRight * right;
            xz += weightedLeft * right;
        }
        const Vector<Scalar> all[] = {x, z, xx, zz, xz};
        for (int moment = 0; moment < 5; moment++) {
            store(columns[moment].data() + i, all[moment]);
        }
    });
    for (int i = 0; i < 5; i++) {
        BlurRow(kernel, stride - (Window - 1) * channels, channels, columns[i].data(), means[i].data());
    }
}

// Returns the mean over all windows that lie wholly in the picture and all channels; fills toPicture [H,W,C], the gradient
// of that mean with respect to the picture, unless it is null.
template <class Scalar>
double Ssim(int width, int height, int channels, int threads, const Scalar *picture, const Scalar *truth,
            Scalar *toPicture) {
    const Kernel<Scalar> kernel;
    const int stride = width * channels, border = (Window - 1) * channels;
    const int validStride = stride - border, validRows = height - (Window - 1);
    const Scalar share = Scalar(1) / (Scalar(validStride) * Scalar(validRows));
    const Scalar c1 = Scalar(0.01 * 0.01), c2 = Scalar(0.03 * 0.03);
    // Gradients with respect to the windows' means of x, x² and x·y, zero around them so that blurring reaches the border.
    const int paddedStride = stride + border;
    std::vector<Scalar> gradients[3];
    for (auto &gradient : gradients) {
        gradient.assign(toPicture ? size_t(paddedStride) * validRows : 0, Scalar(0));
    }
    std::vector<double> sums(validRows);
    constexpr int Strip = 8;
    ForEach((validRows + Strip - 1) / Strip, threads, [&](int strip) {
        std::vector<Scalar> columns[5], means[5];
        for (int i = 0; i < 5; i++) {
            columns[i].resize(stride);
            means[i].resize(validStride);
        }
        std::vector<Scalar> values(validStride);
        for (int y = strip * Strip; y < std::min(validRows, (strip + 1) * Strip); y++) {
            WindowMoments(kernel, y, stride, channels, picture, truth, columns, means);
            Scalar *out[3] = {};
            for (int i = 0; i < 3 && toPicture; i++) {
                out[i] = gradients[i].data() + size_t(y) * paddedStride + border;
            }
            const Scalar *x = means[0].data(), *z = means[1].data(), *xx = means[2].data(), *zz = means[3].data();
            const Scalar *xz = means[4].data();
            Scalar *__restrict value = values.data();
            for (int i = 0; i < validStride; i++) {
                const Scalar mean1 = 2 * x[i] * z[i] + c1, mean2 = x[i] * x[i] + z[i] * z[i] + c1;
                const Scalar spread1 = 2 * (xz[i] - x[i] * z[i]) + c2;
                const Scalar spread2 = xx[i] - x[i] * x[i] + zz[i] - z[i] * z[i] + c2;
                const Scalar inverse = 1 / (mean2 * spread2);
                value[i] = mean1 * spread1 * inverse;
            }
            if (toPicture) {
                Scalar *__restrict toX = out[0], *__restrict toXx = out[1], *__restrict toXz = out[2];
                for (int i = 0; i < validStride; i++) {
                    const Scalar mean1 = 2 * x[i] * z[i] + c1, mean2 = x[i] * x[i] + z[i] * z[i] + c1;
                    const Scalar spread1 = 2 * (xz[i] - x[i] * z[i]) + c2;
                    const Scalar spread2 = xx[i] - x[i] * x[i] + zz[i] - z[i] * z[i] + c2;
                    const Scalar inverse = share / (mean2 * spread2);
                    toXz[i] = 2 * mean1 * inverse;
                    toXx[i] = -value[i] * mean2 * inverse;
                    toX[i] = 2 * z[i] * (spread1 - mean1) * inverse - 2 * x[i] * value[i] * (spread2 - mean2) * inverse;
                }
            }
            double sum = 0;
            for (int i = 0; i < validStride; i++) {
                sum += double(value[i]);
            }
            sums[y] = sum;
        }
    });
    if (toPicture) {
        ForEach((height + Strip - 1) / Strip, threads, [&](int strip) {
            std::vector<Scalar> columns[3], rows[3];
            for (int i = 0; i < 3; i++) {
                columns[i].resize(paddedStride);
                rows[i].resize(stride);
            }
            for (int y = strip * Strip; y < std::min(height, (strip + 1) * Strip); y++) {
                for (int i = 0; i < 3; i++) {
                    const int first = std::max(0, y - validRows + 1), last = std::min(Window - 1, y);
                    ForVectors<Scalar>(paddedStride, [&](int j, const auto &load, const auto &store) {
                        Vector<Scalar> sum{};
                        for (int k = first; k <= last; k++) {
                            const Scalar *row = gradients[i].data() + size_t(y - k) * paddedStride;
                            sum += load(row + j) * kernel.weights[k];
                        }
                        store(columns[i].data() + j, sum);
                    });
                    BlurRow(kernel, stride, channels, columns[i].data(), rows[i].data());
                }
                const Scalar *x = picture + size_t(y) * stride, *z = truth + size_t(y) * stride;
                Scalar *to = toPicture + size_t(y) * stride;
                for (int i = 0; i < stride; i++) {
                    to[i] = rows[0][i] + 2 * x[i] * rows[1][i] + z[i] * rows[2][i];
                }
            }
        });
    }
    double sum = 0;
    for (const double row : sums) {
        sum += row;
    }
    return sum / (double(validStride) * validRows);
}
