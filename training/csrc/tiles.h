// Which splats touch which tiles of a picture, near to far.
#pragma once
#include "parallel.h"
#include "vectors.h"
#include <algorithm>
#include <cmath>
#include <vector>

constexpr int TileSize = 16;

// Words in the order of `drawing_rules()` in Python.
struct Rules {
    double alphaMin, alphaMax, transmittanceMin;
};

// A splat as the loops over pixels want it: log₂ alpha = peak + dx·(xx·dx + xy·dy) + yy·dy².
template <class Scalar>
struct Splat {
    Scalar x, y, xx, xy, yy, peak;
    Scalar color[3];
    int left, top, right, bottom; // pixels where alpha can reach the least that is drawn; the ends are part of it
    int index;
};

struct Entry {
    uint32_t splat; // near to far
    uint32_t slot;  // a number of its own for every splat in every tile; those of a splat follow each other
};

template <class Scalar>
struct Drawing {
    int width, height, tilesX, tilesY;
    Rules rules;
    std::vector<Splat<Scalar>> splats; // near to far
    std::vector<uint32_t> slots;       // [splats + 1] first slot of each
    std::vector<Entry> entries;        // tile by tile, near to far
    std::vector<uint32_t> tiles;       // [tiles + 1] first entry of each
    std::vector<uint32_t> rowEnds;     // [tiles, 16] how many entries of the tile each row of pixels drew
};

// Fills everything but the colour; false when no pixel sees it.
template <class Scalar>
bool MakeSplat(const Drawing<Scalar> &drawing, const Scalar *mean, const Scalar *conic, Scalar opacity, Scalar depth,
               Splat<Scalar> &splat) {
    constexpr Scalar Log2E = Scalar(1.4426950408889634);
    if (!(opacity >= Scalar(drawing.rules.alphaMin)) || !std::isfinite(depth)) {
        return false;
    }
    const Scalar a = conic[0], b = conic[1], c = conic[2];
    const Scalar squaredRadius = 2 * std::log(opacity / Scalar(drawing.rules.alphaMin)) / (a * c - b * b);
    // A hundredth of a pixel against rounding; the loops over pixels test exactly.
    const Scalar halfWidth = std::sqrt(c * squaredRadius) + Scalar(0.01);
    const Scalar halfHeight = std::sqrt(a * squaredRadius) + Scalar(0.01);
    const Scalar left = std::ceil(mean[0] - halfWidth - Scalar(0.5)), right = mean[0] + halfWidth - Scalar(0.5);
    const Scalar top = std::ceil(mean[1] - halfHeight - Scalar(0.5)), bottom = mean[1] + halfHeight - Scalar(0.5);
    // Written so that what is not a number is not seen.
    if (!(right >= 0 && bottom >= 0 && left < drawing.width && top < drawing.height && left <= right && top <= bottom)) {
        return false;
    }
    splat.x = mean[0];
    splat.y = mean[1];
    splat.xx = Scalar(-0.5) * Log2E * a;
    splat.xy = -Log2E * b;
    splat.yy = Scalar(-0.5) * Log2E * c;
    splat.peak = std::log2(opacity);
    splat.left = int(std::max(left, Scalar(0)));
    splat.top = int(std::max(top, Scalar(0)));
    splat.right = int(std::min(right, Scalar(drawing.width - 1)));
    splat.bottom = int(std::min(bottom, Scalar(drawing.height - 1)));
    return true;
}

struct Key {
    uint32_t depth, index;
};

// Radix sort, stable: Gaussians of one depth stay in their order.
inline void SortByDepth(std::vector<Key> &keys) {
    constexpr int Bits = 11, Buckets = 1 << Bits;
    std::vector<Key> other(keys.size());
    for (int shift = 0; shift < 32; shift += Bits) {
        std::vector<uint32_t> starts(Buckets + 1);
        for (const Key &key : keys) {
            starts[((key.depth >> shift) & (Buckets - 1)) + 1]++;
        }
        for (int i = 0; i < Buckets; i++) {
            starts[i + 1] += starts[i];
        }
        for (const Key &key : keys) {
            other[starts[(key.depth >> shift) & (Buckets - 1)]++] = key;
        }
        keys.swap(other);
    }
}

template <class Scalar, class Body>
void ForTiles(const Drawing<Scalar> &drawing, const Splat<Scalar> &splat, const Body &body) {
    for (int y = splat.top / TileSize; y <= splat.bottom / TileSize; y++) {
        for (int x = splat.left / TileSize; x <= splat.right / TileSize; x++) {
            body(y * drawing.tilesX + x);
        }
    }
}

// Fills the lists of a drawing whose size and rules are set.
template <class Scalar>
void Bin(Drawing<Scalar> &drawing, int count, int threads, const Scalar *means, const Scalar *conics,
         const Scalar *opacities, const Scalar *colors, const Scalar *depths) {
    drawing.tilesX = (drawing.width + TileSize - 1) / TileSize;
    drawing.tilesY = (drawing.height + TileSize - 1) / TileSize;
    const int tileCount = drawing.tilesX * drawing.tilesY;
    std::vector<Splat<Scalar>> unsorted(count);
    std::vector<uint8_t> isSeen(count);
    ForStretches(count, threads, [&](int begin, int end) {
        for (int i = begin; i < end; i++) {
            isSeen[i] = MakeSplat(drawing, means + 2 * i, conics + 3 * i, opacities[i], depths[i], unsorted[i]);
        }
    });
    std::vector<Key> keys;
    keys.reserve(count);
    for (int i = 0; i < count; i++) {
        if (isSeen[i]) {
            const float depth = float(depths[i]); // above zero: its bits are in its order
            uint32_t bits;
            std::memcpy(&bits, &depth, sizeof bits);
            keys.push_back({bits, uint32_t(i)});
        }
    }
    SortByDepth(keys);
    drawing.splats.resize(keys.size());
    drawing.slots.assign(keys.size() + 1, 0);
    drawing.tiles.assign(tileCount + 1, 0);
    drawing.rowEnds.assign(size_t(tileCount) * TileSize, 0);
    for (size_t rank = 0; rank < keys.size(); rank++) {
        Splat<Scalar> &splat = drawing.splats[rank];
        splat = unsorted[keys[rank].index];
        splat.index = int(keys[rank].index);
        std::copy_n(colors + 3 * size_t(splat.index), 3, splat.color);
        uint32_t touched = 0;
        ForTiles(drawing, splat, [&](int tile) {
            drawing.tiles[tile + 1]++;
            touched++;
        });
        drawing.slots[rank + 1] = drawing.slots[rank] + touched;
    }
    for (int tile = 0; tile < tileCount; tile++) {
        drawing.tiles[tile + 1] += drawing.tiles[tile];
    }
    drawing.entries.resize(drawing.slots.back());
    std::vector<uint32_t> ends(drawing.tiles.begin(), drawing.tiles.end() - 1);
    for (size_t rank = 0; rank < keys.size(); rank++) {
        uint32_t slot = drawing.slots[rank];
        ForTiles(drawing, drawing.splats[rank],
                 [&](int tile) { drawing.entries[ends[tile]++] = {uint32_t(rank), slot++}; });
    }
}
