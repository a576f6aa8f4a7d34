import { expect, it } from "@jest/globals";
import { CovarianceOf, UpperTriangle } from "../../reference/covariance.js";
import { type Matrix, InvertRigid, Multiply, ToBabylon } from "../../reference/matrix.js";
import { type ICamera, type ISplat, ProjectGaussian } from "../../reference/projectGaussian.js";
import { Invert, RasteriseSplats } from "../../reference/rasteriseSplats.js";
import { type IGaussian, SkinGaussian } from "../../reference/skinGaussian.js";
import { SortKeyOf, SortVisible } from "../../reference/sortSplats.js";
import { DescribeGolden, GoldenComparison, ReadGoldenFixture, RecordGoldenError } from "../../support/goldenFixture.js";

DescribeGolden("doubles against the published methods", () => {
    it("skin means as the published linear blend skinning, and covariances where the blend is rigid", () => {
        const fixture = ReadGoldenFixture("lbs_gaussian_skinning");
        const matrices = Array.from({ length: 55 }, (_, joint) => Rows(fixture.row("joint_mats", joint, 16), 4));
        // Rows from 200 on blend several joints. Their published covariance comes from a quaternion of the blended matrix, an
        // approximation of M·Σ·Mᵀ, so only their means are held.
        const rigidRows = 200;
        // The fixture's own tolerance: single precision metres.
        const means = new GoldenComparison("lbs_gaussian_skinning", "means, m", 1e-5);
        const covariances = new GoldenComparison("lbs_gaussian_skinning", "covariances of rigid rows, m²", 1e-7);
        for (let index = 0; index < 1000; index++) {
            const gaussian = GaussianAt(fixture, index, { positions: "positions", opacity: null, colors: null });
            const skinned = SkinGaussian(gaussian, matrices, fixture.row("lbs", index, 55));
            means.add(skinned.position, fixture.row("positions_live", index, 3));
            if (index < rigidRows) {
                covariances.add(UpperTriangle(skinned.covariance), fixture.row("cov3d_live", index, 6));
            }
        }
        means.expectWithin();
        covariances.expectWithin();
    });

    const fixture = ReadGoldenFixture("gaussian_rasteriser_rgb");
    const [width, height] = [144, 112];
    const camera = FixtureCamera();
    const projected = Array.from({ length: 600 }, (_, index) =>
        ProjectGaussian(
            GaussianAt(fixture, index, { positions: "means", opacity: "opacity", colors: "colors" }),
            camera,
        ),
    );

    it("project centres and conics as the published rasteriser", () => {
        const radii = fixture.values("radii");
        // Single precision of the published arithmetic: a thousandth of a pixel, a ten-thousandth of a conic.
        const centers = new GoldenComparison("gaussian_rasteriser_rgb", "centres, px", 1e-3);
        const conics = new GoldenComparison("gaussian_rasteriser_rgb", "conics, relative", 1e-4);
        let compared = 0;
        projected.forEach((splat, index) => {
            if (!splat || radii[index] === 0) {
                return;
            }
            compared++;
            const [x = NaN, y = NaN] = splat.center;
            const pixel = [((x + 1) * width - 1) / 2, ((1 - y) * height - 1) / 2];
            centers.add(pixel, fixture.row("pixel_xy", index, 2));
            const [a, b, c] = Invert(splat.covariance);
            // The published image has y down.
            const conic = fixture.row("conic", index, 3);
            conics.add([a, -b, c], conic, Math.max(...conic.map(Math.abs)));
        });
        centers.expectWithin();
        conics.expectWithin();
        expect(compared).toBeGreaterThan(300);
    });

    it("cull what is behind the near plane", () => {
        const radii = fixture.values("radii");
        for (let index = 0; index < 20; index++) {
            expect([index, projected[index] === null]).toEqual([index, radii[index] === 0]);
        }
    });

    it.each([
        { transmittanceMin: 1e-4, sort: "exact depths", keyOf: (splat: ISplat) => splat.distance * -1 },
        { transmittanceMin: 0, sort: "exact depths", keyOf: (splat: ISplat) => splat.distance * -1 },
        { transmittanceMin: 0, sort: "20-bit keys", keyOf: (splat: ISplat) => SortKeyOf(splat.distance) },
    ])(
        "blend the published picture with transmittance limit $transmittanceMin and $sort",
        ({ transmittanceMin, sort, keyOf }) => {
            const order = SortVisible(projected.map((splat) => splat && keyOf(splat)));
            const splats = order.map((index) => projected[index] as ISplat);
            const image = RasteriseSplats(splats, { width, height, transmittanceMin, tileSize: 16 });
            const published = fixture.values("image");
            const publishedAlpha = fixture.values("alpha");
            const pixels = width * height;
            let beyond = 0;
            for (let pixel = 0; pixel < pixels; pixel++) {
                const alpha = image[pixel * 4 + 3] ?? NaN;
                const errors = [0, 1, 2].map(
                    (channel) =>
                        (image[pixel * 4 + channel] ?? NaN) +
                        (1 - alpha) -
                        (published[channel * pixels + pixel] ?? NaN),
                );
                errors.push(alpha - (publishedAlpha[pixel] ?? NaN));
                beyond += Number(!errors.every((error) => Math.abs(error) <= 2e-3));
            }
            // The fixture's own tolerance: thresholds and ties may differ in a thousandth of the pixels.
            const quantity = `pixels off by more than 0.002, share; ${sort}, limit ${transmittanceMin}`;
            RecordGoldenError("gaussian_rasteriser_rgb", quantity, beyond / pixels, 1e-3);
            expect(beyond).toBeLessThanOrEqual(pixels * 1e-3);
        },
    );

    /** The fixture's camera has y down and looks along +z; ours has y up. Its near cull, 0.2 m, becomes the near plane. */
    function FixtureCamera(): ICamera {
        const view = Rows([...fixture.values("extrinsic")], 4);
        const projection = Multiply(Rows([...fixture.values("full_projection")], 4), InvertRigid(view));
        const [near, far] = [0.2, 100];
        const rows = [
            projection[0] ?? [],
            (projection[1] ?? []).map((value) => -value),
            [0, 0, far / (far - near), (-far * near) / (far - near)],
            projection[3] ?? [],
        ];
        return { view: ToBabylon(view), projection: ToBabylon(rows), width, height, reverseDepth: false };
    }
});

/** A Gaussian of a fixture, whose quaternions are w x y z. */
function GaussianAt(
    fixture: ReturnType<typeof ReadGoldenFixture>,
    index: number,
    names: { positions: string; opacity: string | null; colors: string | null },
): IGaussian {
    const [w = 0, x = 0, y = 0, z = 0] = fixture.row("rotations", index, 4);
    return {
        position: fixture.row(names.positions, index, 3),
        covariance: CovarianceOf([x, y, z, w], fixture.row("scales", index, 3)),
        opacity: names.opacity === null ? 1 : (fixture.row(names.opacity, index, 1)[0] ?? NaN),
        color: names.colors === null ? [0, 0, 0] : fixture.row(names.colors, index, 3),
    };
}

function Rows(values: readonly number[], width: number): Matrix {
    return Array.from({ length: values.length / width }, (_, row) => values.slice(row * width, (row + 1) * width));
}
