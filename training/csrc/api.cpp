// What Python calls, once for single and once for double precision. Arrays are contiguous and belong to the caller.
#include "pose.h"
#include "project.h"
#include "rasterise.h"
#include "ssim.h"
#include <memory>
#include <new>

#define EXPORT extern "C" __attribute__((visibility("default")))

// A null pointer when there is not enough memory: no exception crosses to Python.
template <class Pointer, class Body>
Pointer WithMemory(const Body &body) {
    try {
        return body();
    } catch (const std::bad_alloc &) {
        return nullptr;
    }
}

#define EXPORT_ALL(Scalar, suffix)                                                                                     \
    EXPORT void pose_##suffix(int count, int threads, const Scalar *positions, const Scalar *logScales,                \
                              const Scalar *rotations, const Scalar *matrices, Scalar *posed, Scalar *covariances) {   \
        Pose(count, threads, positions, logScales, rotations, matrices, posed, covariances);                           \
    }                                                                                                                  \
    EXPORT void pose_gradient_##suffix(int count, int threads, const Scalar *logScales, const Scalar *rotations,       \
                                       const Scalar *matrices, const Scalar *toPosed, const Scalar *toCovariances,     \
                                       Scalar *toPositions, Scalar *toLogScales, Scalar *toRotations) {                \
        PoseGradient(count, threads, logScales, rotations, matrices, toPosed, toCovariances, toPositions, toLogScales, \
                     toRotations);                                                                                     \
    }                                                                                                                  \
    EXPORT void project_##suffix(int count, int threads, const Camera *camera, const Scalar *positions,                \
                                 const Scalar *covariances, Scalar *means, Scalar *conics, Scalar *depths) {           \
        return Project(count, threads, *camera, positions, covariances, means, conics, depths);                        \
    }                                                                                                                  \
    EXPORT void project_gradient_##suffix(int count, int threads, const Camera *camera, const Scalar *positions,       \
                                          const Scalar *covariances, const Scalar *conics, const Scalar *depths,       \
                                          const Scalar *toMeans, const Scalar *toConics, Scalar *toPositions,          \
                                          Scalar *toCovariances) {                                                     \
        ProjectGradient(count, threads, *camera, positions, covariances, conics, depths, toMeans, toConics,            \
                        toPositions, toCovariances);                                                                   \
    }                                                                                                                  \
    EXPORT Drawing<Scalar> *draw_##suffix(int count, int threads, int width, int height, const Rules *rules,           \
                                          const Scalar *means, const Scalar *conics, const Scalar *opacities,          \
                                          const Scalar *colors, const Scalar *depths, const Scalar *background,        \
                                          int isPicture, Scalar *image) {                                              \
        return WithMemory<Drawing<Scalar> *>([&] {                                                                     \
            auto drawing = std::make_unique<Drawing<Scalar>>();                                                        \
            drawing->width = width;                                                                                    \
            drawing->height = height;                                                                                  \
            drawing->rules = *rules;                                                                                   \
            Bin(*drawing, count, threads, means, conics, opacities, colors, depths);                                   \
            Draw(*drawing, threads, background, isPicture != 0, image);                                                \
            return drawing.release();                                                                                  \
        });                                                                                                            \
    }                                                                                                                  \
    EXPORT void *draw_gradient_##suffix(const Drawing<Scalar> *drawing, int threads, const Scalar *background,         \
                                        int isPicture, const Scalar *image, const Scalar *toImage, Scalar *toMeans,    \
                                        Scalar *toConics, Scalar *toOpacities, Scalar *toColors) {                     \
        return WithMemory<void *>([&] {                                                                                \
            DrawGradient(*drawing, threads, background, isPicture != 0, image, toImage, toMeans, toConics,             \
                         toOpacities, toColors);                                                                       \
            return static_cast<void *>(toMeans);                                                                       \
        });                                                                                                            \
    }                                                                                                                  \
    EXPORT void free_drawing_##suffix(Drawing<Scalar> *drawing) { delete drawing; }                                    \
    EXPORT double ssim_##suffix(int width, int height, int channels, int threads, const Scalar *picture,               \
                                const Scalar *truth, Scalar *toPicture) {                                              \
        return Ssim(width, height, channels, threads, picture, truth, toPicture);                                      \
    }

EXPORT_ALL(float, f32)
EXPORT_ALL(double, f64)
