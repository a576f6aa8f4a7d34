import { describe, expect, it } from "@jest/globals";
import { RefinerPrograms } from "../../../src/avatar/heads/refinerPrograms.js";
import { NetworkError } from "../../../src/networks/networkError.js";
import { type NetworkRuntime } from "../../../src/networks/networkRuntime.js";
import { MakeHeadedAvatarAsync } from "../../support/headedAvatar.js";

const Asset = await MakeHeadedAvatarAsync({ refiner: { side: 1024 } });

/** Programs of pictures of 2048², 1024², 512² and 256². */
function Programs(): RefinerPrograms {
    return new RefinerPrograms(Asset, { provider: "webgpu" } as unknown as NetworkRuntime);
}

/** Side of what is chosen. */
const Chosen = (programs: RefinerPrograms, pixels: number, maximum = 4096): number | undefined =>
    programs.choose(pixels, maximum)?.sides.picture;

describe("the sizes of refined pictures", () => {
    it("are those of the networks, halved down to 256", () => {
        expect(Programs().sizes.map(({ sides }) => [sides.features, sides.picture])).toEqual([
            [1024, 2048],
            [512, 1024],
            [256, 512],
            [128, 256],
        ]);
    });

    it("follow the screen, within what is allowed", () => {
        const programs = Programs();
        expect([100, 200, 600, 1300, 5000].map((pixels) => Chosen(programs, pixels))).toEqual([
            256, 512, 1024, 2048, 2048,
        ]);
        expect([Chosen(programs, 5000, 1024), Chosen(programs, 5000, 600), Chosen(programs, 100, 255)]).toEqual([
            1024,
            512,
            undefined,
        ]);
    });

    it("fall to the next smaller one where one does not fit on the device", () => {
        const programs = Programs();
        programs.fail(programs.sizes[0]!, new NetworkError("out-of-memory", "too large"));
        expect(Chosen(programs, 5000)).toBe(1024);
        programs.fail(programs.sizes[1]!, new NetworkError("out-of-memory", "too large"));
        expect(Chosen(programs, 5000)).toBe(512);
        programs.retry();
        expect(Chosen(programs, 5000)).toBe(2048);
    });

    it("fall all at once where the networks are damaged", () => {
        const programs = Programs();
        programs.fail(programs.sizes[2]!, new NetworkError("damaged-network", "cut off"));
        expect(Chosen(programs, 100)).toBeUndefined();
    });
});
