// Gaussians at rest into a pose: p → M·(p, 1), Σ → M·Σ·Mᵀ, gradients by hand.
#pragma once
#include "parallel.h"
#include <cmath>

template <class Scalar>
struct Posing {
    Scalar length;      // of the quaternion
    Scalar q[4];        // unit quaternion x y z w
    Scalar scale[3];    // metres
    Scalar turned[3][3]; // M·R
    Scalar root[3][3];  // M·R·S: the covariance is root·rootᵀ

    Posing(const Scalar *logScales, const Scalar *rotation, const Scalar *matrix) {
        length = std::sqrt(rotation[0] * rotation[0] + rotation[1] * rotation[1] + rotation[2] * rotation[2] +
                           rotation[3] * rotation[3]);
        for (int i = 0; i < 4; i++) {
            q[i] = rotation[i] / length;
        }
        const Scalar x = q[0], y = q[1], z = q[2], w = q[3];
        const Scalar r[3][3] = {{1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)},
                                {2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)},
                                {2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)}};
        for (int k = 0; k < 3; k++) {
            scale[k] = std::exp(logScales[k]);
            for (int i = 0; i < 3; i++) {
                turned[i][k] = matrix[4 * i] * r[0][k] + matrix[4 * i + 1] * r[1][k] + matrix[4 * i + 2] * r[2][k];
                root[i][k] = turned[i][k] * scale[k];
            }
        }
    }
};

// matrices [N,3,4]; posed [N,3]; covariances [N,6] xx xy xz yy yz zz.
template <class Scalar>
void Pose(int count, int threads, const Scalar *positions, const Scalar *logScales, const Scalar *rotations,
          const Scalar *matrices, Scalar *posed, Scalar *covariances) {
    ForStretches(count, threads, [&](int begin, int end) {
        for (int n = begin; n < end; n++) {
            const Scalar *m = matrices + 12 * n, *p = positions + 3 * n;
            const Posing<Scalar> at(logScales + 3 * n, rotations + 4 * n, m);
            int word = 0;
            for (int i = 0; i < 3; i++) {
                posed[3 * n + i] = m[4 * i] * p[0] + m[4 * i + 1] * p[1] + m[4 * i + 2] * p[2] + m[4 * i + 3];
                for (int j = i; j < 3; j++) {
                    covariances[6 * n + word++] = at.root[i][0] * at.root[j][0] + at.root[i][1] * at.root[j][1] +
                                                  at.root[i][2] * at.root[j][2];
                }
            }
        }
    });
}

template <class Scalar>
void PoseGradient(int count, int threads, const Scalar *logScales, const Scalar *rotations, const Scalar *matrices,
                  const Scalar *posedGradient, const Scalar *covariancesGradient, Scalar *positionsGradient,
                  Scalar *logScalesGradient, Scalar *rotationsGradient) {
    ForStretches(count, threads, [&](int begin, int end) {
        for (int n = begin; n < end; n++) {
            const Scalar *m = matrices + 12 * n, *g = covariancesGradient + 6 * n;
            const Posing<Scalar> at(logScales + 3 * n, rotations + 4 * n, m);
            // Twice the gradient of the full matrix, of which a packed entry off the diagonal stands for two.
            const Scalar twice[3][3] = {{2 * g[0], g[1], g[2]}, {g[1], 2 * g[3], g[4]}, {g[2], g[4], 2 * g[5]}};
            Scalar d[3][3]; // of the rotation matrix
            for (int k = 0; k < 3; k++) {
                Scalar toRoot[3], toLogScale = 0;
                for (int i = 0; i < 3; i++) {
                    toRoot[i] = twice[i][0] * at.root[0][k] + twice[i][1] * at.root[1][k] + twice[i][2] * at.root[2][k];
                    toLogScale += toRoot[i] * at.root[i][k];
                }
                logScalesGradient[3 * n + k] = toLogScale;
                for (int i = 0; i < 3; i++) {
                    d[i][k] = (m[i] * toRoot[0] + m[4 + i] * toRoot[1] + m[8 + i] * toRoot[2]) * at.scale[k];
                }
            }
            const Scalar x = at.q[0], y = at.q[1], z = at.q[2], w = at.q[3];
            const Scalar xy = d[0][1] + d[1][0], xz = d[0][2] + d[2][0], yz = d[1][2] + d[2][1];
            const Scalar wx = d[2][1] - d[1][2], wy = d[0][2] - d[2][0], wz = d[1][0] - d[0][1];
            const Scalar toUnit[4] = {2 * (y * xy + z * xz + w * wx - 2 * x * (d[1][1] + d[2][2])),
                                      2 * (x * xy + z * yz + w * wy - 2 * y * (d[0][0] + d[2][2])),
                                      2 * (x * xz + y * yz + w * wz - 2 * z * (d[0][0] + d[1][1])),
                                      2 * (x * wx + y * wy + z * wz)};
            const Scalar along = toUnit[0] * x + toUnit[1] * y + toUnit[2] * z + toUnit[3] * w;
            for (int i = 0; i < 4; i++) {
                rotationsGradient[4 * n + i] = (toUnit[i] - at.q[i] * along) / at.length;
            }
            const Scalar *p = posedGradient + 3 * n;
            for (int i = 0; i < 3; i++) {
                positionsGradient[3 * n + i] = m[i] * p[0] + m[4 + i] * p[1] + m[8 + i] * p[2];
            }
        }
    });
}
