// Blends the splats of every tile front to back, and the gradients of that.
#pragma once
#include "tiles.h"

// Rows have room for a vector that begins at their last pixel.
template <class Scalar>
struct Layout {
    static constexpr int Lane = Lanes<Scalar>::Count;
    static constexpr int Stride = TileSize + Lane;
    typedef Scalar Plane[TileSize][Stride];
};

// How often a row looks whether it has ended, entries.
constexpr uint32_t RowCheckInterval = 8;

// The stretch of a row of pixels that one splat covers, and its log₂ alpha there: base + dx·(xx·dx + slope).
template <class Scalar>
struct Span {
    int first, last; // columns in the tile; empty when last < first
    Scalar dx, dy;   // of the first pixel from the middle of the splat
    Scalar base, slope;

    Span(const Splat<Scalar> &splat, int tileX, int y, Scalar leastLog) {
        dy = Scalar(y) + Scalar(0.5) - splat.y;
        slope = splat.xy * dy;
        base = splat.peak + splat.yy * dy * dy;
        // Where the parabola reaches the least alpha that is drawn; pixels are tested again exactly.
        const Scalar root = slope * slope - 4 * splat.xx * (base - leastLog);
        const Scalar halfWidth = root > 0 ? std::sqrt(root) : Scalar(0);
        const Scalar scale = Scalar(0.5) / -splat.xx;
        const Scalar middle = splat.x + slope * scale - Scalar(0.5);
        const Scalar reach = halfWidth * scale + Scalar(0.01);
        first = std::max(splat.left, FirstPixel(middle - reach)) - tileX;
        last = std::min(splat.right, LastPixel(middle + reach)) - tileX;
        first = std::max(first, 0);
        last = std::min(last, TileSize - 1);
        dx = Scalar(tileX + first) + Scalar(0.5) - splat.x;
    }

    // Whole numbers by truncation of something above zero: far off values are cut first.
    static constexpr int Offset = 1 << 20;
    static Scalar Bound(Scalar x) { return std::min(std::max(x, Scalar(-Offset)), Scalar(Offset)); }
    static int LastPixel(Scalar x) { return int(Bound(x) + Offset) - Offset; }
    static int FirstPixel(Scalar x) { return -LastPixel(-x); }
};

template <class Scalar>
struct Shade {
    Vector<Scalar> alpha; // 0 where it is below the least
    Vector<Scalar> dx;
    Integers<Scalar> isBelowMax;

    Shade(const Span<Scalar> &span, const Splat<Scalar> &splat, int step, Scalar leastLog, Scalar most) {
        dx = Steps<Scalar>() + (span.dx + Scalar(step));
        const Vector<Scalar> log = dx * (dx * splat.xx + span.slope) + span.base;
        const Vector<Scalar> power = Exp2<Scalar>(log > Scalar(-16) ? log : Fill(Scalar(-16)));
        isBelowMax = power < most;
        alpha = isBelowMax ? power : Fill(most);
        alpha = log >= leastLog ? alpha : Vector<Scalar>{};
    }
};

template <class Scalar>
struct Tile {
    int index, x, y, width, height; // pixels; the last tiles of a row or column may be cut
    const Entry *begin, *end;
    Scalar leastLog, most;

    Tile(const Drawing<Scalar> &drawing, int tile)
        : index(tile), x(tile % drawing.tilesX * TileSize), y(tile / drawing.tilesX * TileSize),
          width(std::min(TileSize, drawing.width - x)), height(std::min(TileSize, drawing.height - y)),
          begin(drawing.entries.data() + drawing.tiles[tile]), end(drawing.entries.data() + drawing.tiles[tile + 1]),
          leastLog(Scalar(std::log2(drawing.rules.alphaMin))), most(Scalar(drawing.rules.alphaMax)) {}
};

// background: [3] or [H,W,3] or null.
template <class Scalar>
const Scalar *BackgroundAt(const Scalar *background, bool isPicture, size_t pixel) {
    return isPicture ? background + 3 * pixel : background;
}

template <class Scalar>
void DrawTile(Drawing<Scalar> &drawing, int number, const Scalar *background, bool isPicture, Scalar *image) {
    using L = Layout<Scalar>;
    const Tile<Scalar> tile(drawing, number);
    alignas(64) typename L::Plane clear, red, green, blue;
    std::fill_n(&clear[0][0], TileSize * L::Stride, Scalar(0)); // beyond the border everything is hidden
    std::fill_n(&red[0][0], TileSize * L::Stride, Scalar(0));
    std::fill_n(&green[0][0], TileSize * L::Stride, Scalar(0));
    std::fill_n(&blue[0][0], TileSize * L::Stride, Scalar(0));
    for (int row = 0; row < tile.height; row++) {
        std::fill_n(clear[row], tile.width, Scalar(1));
    }
    uint32_t *rowEnds = &drawing.rowEnds[size_t(number) * TileSize];
    const uint32_t count = uint32_t(tile.end - tile.begin);
    std::fill_n(rowEnds, TileSize, count);
    int openRows = tile.height;
    for (uint32_t i = 0; i < count && openRows > 0; i++) {
        const Splat<Scalar> &splat = drawing.splats[tile.begin[i].splat];
        const int top = std::max(splat.top - tile.y, 0), bottom = std::min(splat.bottom - tile.y, tile.height - 1);
        for (int row = top; row <= bottom; row++) {
            if (rowEnds[row] <= i) {
                continue;
            }
            const Span<Scalar> span(splat, tile.x, tile.y + row, tile.leastLog);
            for (int column = span.first; column <= span.last; column += L::Lane) {
                const Shade<Scalar> shade(span, splat, column - span.first, tile.leastLog, tile.most);
                const Vector<Scalar> through = Load(&clear[row][column]);
                const Vector<Scalar> weight = through * shade.alpha;
                Store(&clear[row][column], through - weight);
                Store(&red[row][column], Load(&red[row][column]) + weight * splat.color[0]);
                Store(&green[row][column], Load(&green[row][column]) + weight * splat.color[1]);
                Store(&blue[row][column], Load(&blue[row][column]) + weight * splat.color[2]);
            }
        }
        if (i % RowCheckInterval == RowCheckInterval - 1) {
            for (int row = 0; row < tile.height; row++) {
                const Scalar *begin = clear[row], *end = clear[row] + tile.width;
                const Scalar least = Scalar(drawing.rules.transmittanceMin);
                if (rowEnds[row] > i && std::none_of(begin, end, [&](Scalar t) { return t >= least; })) {
                    rowEnds[row] = i + 1;
                    openRows--;
                }
            }
        }
    }
    for (int row = 0; row < tile.height; row++) {
        for (int column = 0; column < tile.width; column++) {
            const size_t pixel = size_t(tile.y + row) * drawing.width + tile.x + column;
            const Scalar through = clear[row][column];
            Scalar color[3] = {red[row][column], green[row][column], blue[row][column]};
            if (background) {
                const Scalar *behind = BackgroundAt(background, isPicture, pixel);
                for (int i = 0; i < 3; i++) {
                    color[i] += through * behind[i];
                }
            }
            std::copy_n(color, 3, image + 4 * pixel);
            image[4 * pixel + 3] = 1 - through;
        }
    }
}

// Moments of G = ∂loss/∂log alpha over the pixels of one splat in one tile, and the gradient of its colour.
template <class Scalar>
struct Moments {
    Scalar sum, x, y, xx, xy, yy, color[3];
};

template <class Scalar>
void DrawTileGradient(const Drawing<Scalar> &drawing, int number, const Scalar *background, bool isPicture,
                      const Scalar *image, const Scalar *imageGradient, Moments<Scalar> *moments) {
    using L = Layout<Scalar>;
    const Tile<Scalar> tile(drawing, number);
    // `behind` is what lies behind the splats drawn so far, as seen, times its gradient: of a front-to-back sum that is
    // the whole less what was drawn, so nothing need be played back.
    alignas(64) typename L::Plane clear, behind, gradient[4];
    for (int row = 0; row < TileSize; row++) {
        std::fill_n(clear[row], L::Stride, Scalar(0));
        std::fill_n(behind[row], L::Stride, Scalar(0));
        for (int i = 0; i < 4; i++) {
            std::fill_n(gradient[i][row], L::Stride, Scalar(0));
        }
        for (int column = 0; row < tile.height && column < tile.width; column++) {
            const size_t pixel = size_t(tile.y + row) * drawing.width + tile.x + column;
            const Scalar *color = image + 4 * pixel, *toColor = imageGradient + 4 * pixel;
            const Scalar *back = background ? BackgroundAt(background, isPicture, pixel) : nullptr;
            clear[row][column] = 1;
            Scalar whole = 0, toCoverage = toColor[3];
            for (int i = 0; i < 3; i++) {
                gradient[i][row][column] = toColor[i];
                whole += color[i] * toColor[i];
                if (back) {
                    whole -= (1 - color[3]) * back[i] * toColor[i];
                    toCoverage -= back[i] * toColor[i];
                }
            }
            gradient[3][row][column] = toCoverage;
            behind[row][column] = whole + color[3] * toCoverage;
        }
    }
    const uint32_t *rowEnds = &drawing.rowEnds[size_t(number) * TileSize];
    const uint32_t count = *std::max_element(rowEnds, rowEnds + tile.height);
    for (uint32_t i = 0; i < count; i++) {
        const Splat<Scalar> &splat = drawing.splats[tile.begin[i].splat];
        const int top = std::max(splat.top - tile.y, 0), bottom = std::min(splat.bottom - tile.y, tile.height - 1);
        Vector<Scalar> sum{}, x{}, y{}, xx{}, xy{}, yy{}, red{}, green{}, blue{};
        for (int row = top; row <= bottom; row++) {
            if (rowEnds[row] <= i) {
                continue;
            }
            const Span<Scalar> span(splat, tile.x, tile.y + row, tile.leastLog);
            for (int column = span.first; column <= span.last; column += L::Lane) {
                const Shade<Scalar> shade(span, splat, column - span.first, tile.leastLog, tile.most);
                const Vector<Scalar> toRed = Load(&gradient[0][row][column]);
                const Vector<Scalar> toGreen = Load(&gradient[1][row][column]);
                const Vector<Scalar> toBlue = Load(&gradient[2][row][column]);
                const Vector<Scalar> through = Load(&clear[row][column]);
                const Vector<Scalar> weight = through * shade.alpha;
                const Vector<Scalar> own = toRed * splat.color[0] + toGreen * splat.color[1] +
                                           toBlue * splat.color[2] + Load(&gradient[3][row][column]);
                const Vector<Scalar> rest = Load(&behind[row][column]) - weight * own;
                Store(&clear[row][column], through - weight);
                Store(&behind[row][column], rest);
                red += weight * toRed;
                green += weight * toGreen;
                blue += weight * toBlue;
                Vector<Scalar> toLog = weight * own - rest * shade.alpha / (Scalar(1) - shade.alpha);
                toLog = shade.isBelowMax ? toLog : Vector<Scalar>{};
                const Vector<Scalar> timesX = toLog * shade.dx, timesY = toLog * span.dy;
                sum += toLog;
                x += timesX;
                y += timesY;
                xx += timesX * shade.dx;
                xy += timesX * span.dy;
                yy += timesY * span.dy;
            }
        }
        moments[tile.begin[i].slot] = {Sum<Scalar>(sum), Sum<Scalar>(x),  Sum<Scalar>(y),
                                       Sum<Scalar>(xx),  Sum<Scalar>(xy), Sum<Scalar>(yy),
                                       {Sum<Scalar>(red), Sum<Scalar>(green), Sum<Scalar>(blue)}};
    }
}

template <class Scalar>
void Draw(Drawing<Scalar> &drawing, int threads, const Scalar *background, bool isPicture, Scalar *image) {
    ForEach(drawing.tilesX * drawing.tilesY, threads,
            [&](int tile) { DrawTile(drawing, tile, background, isPicture, image); });
}

// Gradients of everything that `Bin` takes but depths; they come zeroed. Every splat in every tile has sums of its own,
// added in one order: the number of threads does not change a bit.
template <class Scalar>
void DrawGradient(const Drawing<Scalar> &drawing, int threads, const Scalar *background, bool isPicture,
                  const Scalar *image, const Scalar *imageGradient, Scalar *toMeans, Scalar *toConics,
                  Scalar *toOpacities, Scalar *toColors) {
    std::vector<Moments<Scalar>> moments(drawing.entries.size());
    ForEach(drawing.tilesX * drawing.tilesY, threads, [&](int tile) {
        DrawTileGradient(drawing, tile, background, isPicture, image, imageGradient, moments.data());
    });
    ForStretches(int(drawing.splats.size()), threads, [&](int begin, int end) {
        constexpr Scalar Ln2 = Scalar(0.69314718055994531);
        for (int rank = begin; rank < end; rank++) {
            const Splat<Scalar> &splat = drawing.splats[rank];
            Moments<Scalar> all{};
            for (uint32_t slot = drawing.slots[rank]; slot < drawing.slots[rank + 1]; slot++) {
                const Moments<Scalar> &one = moments[slot];
                all.sum += one.sum;
                all.x += one.x;
                all.y += one.y;
                all.xx += one.xx;
                all.xy += one.xy;
                all.yy += one.yy;
                for (int i = 0; i < 3; i++) {
                    all.color[i] += one.color[i];
                }
            }
            const size_t index = size_t(splat.index);
            toMeans[2 * index] = -Ln2 * (2 * splat.xx * all.x + splat.xy * all.y);
            toMeans[2 * index + 1] = -Ln2 * (splat.xy * all.x + 2 * splat.yy * all.y);
            toConics[3 * index] = Scalar(-0.5) * all.xx;
            toConics[3 * index + 1] = -all.xy;
            toConics[3 * index + 2] = Scalar(-0.5) * all.yy;
            toOpacities[index] = all.sum / std::exp2(splat.peak);
            std::copy_n(all.color, 3, toColors + 3 * index);
        }
    });
}
