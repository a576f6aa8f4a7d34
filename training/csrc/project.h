// Gaussians into a picture: EWA splatting (Zwicker et al. 2001), gradients by hand.
#pragma once
#include "parallel.h"
#include <cmath>
#include <limits>

// Words in the order of `Camera.words()` in Python.
struct Camera {
    double focal[2], center[2], rotation[9], translation[3], slopeLimits[2], nearPlane, lowPass;
};

template <class Scalar>
struct Projection {
    Scalar point[3];     // in camera space
    Scalar slope[2];     // x/z, y/z
    bool isHeld[2];      // whether the slope of the projection is held at its limit
    Scalar rows[2][3];   // slope of x and y in pixels
    Scalar spread[2][3]; // covariance times rows
    Scalar variance[3];  // xx xy yy, square pixels

    // packed: covariance xx xy xz yy yz zz
    Projection(const Camera &camera, const Scalar *position, const Scalar *packed) {
        const double *r = camera.rotation;
        for (int i = 0; i < 3; i++) {
            point[i] = Scalar(r[3 * i] * position[0] + r[3 * i + 1] * position[1] + r[3 * i + 2] * position[2] +
                              camera.translation[i]);
        }
        const Scalar full[3][3] = {
            {packed[0], packed[1], packed[2]}, {packed[1], packed[3], packed[4]}, {packed[2], packed[4], packed[5]}};
        for (int axis = 0; axis < 2; axis++) {
            slope[axis] = point[axis] / point[2];
            const Scalar limit = Scalar(camera.slopeLimits[axis]);
            isHeld[axis] = std::abs(slope[axis]) > limit;
            const Scalar held = std::min(limit, std::max(-limit, slope[axis]));
            for (int i = 0; i < 3; i++) {
                rows[axis][i] = Scalar(camera.focal[axis]) / point[2] * Scalar(r[3 * axis + i] - held * r[6 + i]);
            }
            for (int i = 0; i < 3; i++) {
                spread[axis][i] = full[i][0] * rows[axis][0] + full[i][1] * rows[axis][1] + full[i][2] * rows[axis][2];
            }
        }
        variance[0] = Dot(rows[0], spread[0]) + Scalar(camera.lowPass);
        variance[1] = Dot(rows[0], spread[1]);
        variance[2] = Dot(rows[1], spread[1]) + Scalar(camera.lowPass);
    }

    static Scalar Dot(const Scalar *a, const Scalar *b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
};

// means [N,2] pixels, conics [N,3] (inverse covariance a b c), depths [N] metres, infinite where nothing is seen.
template <class Scalar>
void Project(int count, int threads, const Camera &camera, const Scalar *positions, const Scalar *covariances,
             Scalar *means, Scalar *conics, Scalar *depths) {
    ForStretches(count, threads, [&](int begin, int end) {
        for (int i = begin; i < end; i++) {
            const Projection<Scalar> at(camera, positions + 3 * i, covariances + 6 * i);
            const Scalar determinant = at.variance[0] * at.variance[2] - at.variance[1] * at.variance[1];
            // Rounding can take the determinant of a needle to zero.
            const bool isSeen = at.point[2] >= Scalar(camera.nearPlane) && determinant > 0 && std::isfinite(determinant);
            depths[i] = isSeen ? at.point[2] : std::numeric_limits<Scalar>::infinity();
            for (int axis = 0; axis < 2; axis++) {
                means[2 * i + axis] =
                    isSeen ? Scalar(camera.focal[axis]) * at.slope[axis] + Scalar(camera.center[axis]) : 0;
            }
            conics[3 * i] = isSeen ? at.variance[2] / determinant : 0;
            conics[3 * i + 1] = isSeen ? -at.variance[1] / determinant : 0;
            conics[3 * i + 2] = isSeen ? at.variance[0] / determinant : 0;
        }
    });
}

template <class Scalar>
void ProjectGradient(int count, int threads, const Camera &camera, const Scalar *positions, const Scalar *covariances,
                     const Scalar *conics, const Scalar *depths, const Scalar *meansGradient,
                     const Scalar *conicsGradient, Scalar *positionsGradient, Scalar *covariancesGradient) {
    ForStretches(count, threads, [&](int begin, int end) {
        for (int i = begin; i < end; i++) {
            Scalar *toPosition = positionsGradient + 3 * i, *toCovariance = covariancesGradient + 6 * i;
            if (!std::isfinite(depths[i])) {
                std::fill_n(toPosition, 3, Scalar(0));
                std::fill_n(toCovariance, 6, Scalar(0));
                continue;
            }
            const Projection<Scalar> at(camera, positions + 3 * i, covariances + 6 * i);
            // Inverse matrix Q = V⁻¹: dV = −Q·dQ·Q.
            const Scalar a = conics[3 * i], b = conics[3 * i + 1], c = conics[3 * i + 2];
            const Scalar *d = conicsGradient + 3 * i;
            const Scalar xx = -(a * a * d[0] + a * b * d[1] + b * b * d[2]);
            const Scalar xy = -(2 * a * b * d[0] + (a * c + b * b) * d[1] + 2 * b * c * d[2]);
            const Scalar yy = -(b * b * d[0] + b * c * d[1] + c * c * d[2]);
            const auto &rows = at.rows;
            int word = 0;
            for (int j = 0; j < 3; j++) {
                for (int k = j; k < 3; k++) {
                    const Scalar both = j == k ? Scalar(1) : Scalar(2); // a packed entry stands for two
                    toCovariance[word++] =
                        both * (xx * rows[0][j] * rows[0][k] + yy * rows[1][j] * rows[1][k] +
                                xy * Scalar(0.5) * (rows[0][j] * rows[1][k] + rows[1][j] * rows[0][k]));
                }
            }
            const Scalar depth = at.point[2];
            Scalar toPoint[3] = {0, 0, 0};
            for (int axis = 0; axis < 2; axis++) {
                Scalar alongRow = 0, alongForward = 0;
                for (int j = 0; j < 3; j++) {
                    const Scalar toRow = axis == 0 ? 2 * xx * at.spread[0][j] + xy * at.spread[1][j]
                                                   : xy * at.spread[0][j] + 2 * yy * at.spread[1][j];
                    alongRow += rows[axis][j] * toRow;
                    alongForward += Scalar(camera.rotation[6 + j]) * toRow;
                }
                const Scalar focal = Scalar(camera.focal[axis]);
                const Scalar toSlope =
                    focal * meansGradient[2 * i + axis] - (at.isHeld[axis] ? 0 : focal / depth * alongForward);
                toPoint[axis] = toSlope / depth;
                toPoint[2] -= (alongRow + toSlope * at.slope[axis]) / depth;
            }
            for (int j = 0; j < 3; j++) {
                toPosition[j] = Scalar(camera.rotation[j] * toPoint[0] + camera.rotation[3 + j] * toPoint[1] +
                                       camera.rotation[6 + j] * toPoint[2]);
            }
        }
    });
}
