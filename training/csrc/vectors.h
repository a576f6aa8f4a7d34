// Vectors as wide as the machine that the library is built for, in the vector extensions of GCC and Clang.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

#if defined(__AVX512F__)
constexpr int VectorBytes = 64;
#elif defined(__AVX__)
constexpr int VectorBytes = 32;
#else
constexpr int VectorBytes = 16;
#endif

// A vector of a floating type and of integers of the same width.
template <class Scalar>
struct Lanes;

template <>
struct Lanes<float> {
    static constexpr int Count = VectorBytes / 4;
    typedef float Vector __attribute__((vector_size(VectorBytes)));
    typedef int32_t Integers __attribute__((vector_size(VectorBytes)));
    static constexpr float Round = 12582912.0f; // 1.5 · 2²³: adding it rounds to whole numbers
    static constexpr int MantissaBits = 23;
};

template <>
struct Lanes<double> {
    static constexpr int Count = VectorBytes / 8;
    typedef double Vector __attribute__((vector_size(VectorBytes)));
    typedef int64_t Integers __attribute__((vector_size(VectorBytes)));
    static constexpr double Round = 6755399441055744.0; // 1.5 · 2⁵²
    static constexpr int MantissaBits = 52;
};

template <class Scalar>
using Vector = typename Lanes<Scalar>::Vector;
template <class Scalar>
using Integers = typename Lanes<Scalar>::Integers;

template <class Scalar>
inline Vector<Scalar> Load(const Scalar *from) {
    Vector<Scalar> vector;
    std::memcpy(&vector, from, sizeof vector);
    return vector;
}

template <class Scalar>
inline void Store(Scalar *to, Vector<Scalar> vector) {
    std::memcpy(to, &vector, sizeof vector);
}

template <class Scalar>
inline Vector<Scalar> Fill(Scalar value) {
    return Vector<Scalar>{} + value;
}

// 0, 1, 2, …
template <class Scalar>
inline Vector<Scalar> Steps() {
    Vector<Scalar> vector{};
    for (int lane = 0; lane < Lanes<Scalar>::Count; lane++) {
        vector[lane] = Scalar(lane);
    }
    return vector;
}

// Always in the same order, so that sums do not depend on anything but the numbers.
template <class Scalar>
inline Scalar Sum(Vector<Scalar> vector) {
    Scalar values[Lanes<Scalar>::Count];
    Store(values, vector);
    for (int half = Lanes<Scalar>::Count / 2; half > 0; half /= 2) {
        for (int i = 0; i < half; i++) {
            values[i] += values[i + half];
        }
    }
    return values[0];
}

template <class Scalar>
inline Vector<Scalar> Polynomial(Vector<Scalar> x, const Scalar *coefficients, int count) {
    Vector<Scalar> sum = Fill(coefficients[0]);
    for (int i = 1; i < count; i++) {
        sum = sum * x + coefficients[i];
    }
    return sum;
}

// 2^x for −100 < x < 100: the whole part goes into the exponent, a polynomial does the rest in [−½, ½]. Relative error
// 2e-7 (single: minimax; double: Taylor series to 1e-16).
template <class Scalar>
inline Vector<Scalar> Exp2(Vector<Scalar> x) {
    using L = Lanes<Scalar>;
    const Vector<Scalar> shifted = x + L::Round;
    const Vector<Scalar> fraction = x - (shifted - L::Round);
    Vector<Scalar> power;
    if constexpr (sizeof(Scalar) == 4) {
        constexpr float Minimax[] = {1.535336188e-4f, 1.339887440e-3f, 9.618437357e-3f, 5.550332471e-2f,
                                     2.402264791e-1f, 6.931472028e-1f, 1.0f};
        power = Polynomial<Scalar>(fraction, Minimax, 7);
    } else {
        constexpr double Ln2 = 0.69314718055994530942;
        double series[15];
        series[14] = 1;
        for (int i = 1; i < 15; i++) {
            series[14 - i] = series[15 - i] * Ln2 / i;
        }
        power = Polynomial<Scalar>(fraction, series, 15);
    }
    Integers<Scalar> bits, whole;
    std::memcpy(&whole, &shifted, sizeof whole);
    std::memcpy(&bits, &power, sizeof bits);
    // The low bits of the shifted number are the whole part; what stands above them falls out at the left.
    bits += whole << L::MantissaBits;
    std::memcpy(&power, &bits, sizeof power);
    return power;
}
