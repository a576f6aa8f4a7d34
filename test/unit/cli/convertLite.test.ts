import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { ReadAvatar } from "../../../src/format/readAvatar.js";
import { MakeTestFolder, RunAsync } from "../../support/cliRun.js";
import { TinyTrainedModel, WrongSamples } from "../../support/trainedModel.js";

const pathOf = MakeTestFolder();
const Model = pathOf("model.npz");
writeFileSync(Model, TinyTrainedModel());

it("makes an avatar of a trained person, with name, licence and notices of the training", async () => {
    const output = pathOf("ada.avatar.glb");
    const { code, out, err } = await RunAsync(["convert", "lite", Model, "-o", output]);
    expect([code, out]).toEqual([0, expect.stringMatching(/ada\.avatar\.glb: [\d.]+ kB, [\d.]+ s\n$/)]);
    expect(err).toMatch(/note: .*model\.npz has no samples: what the avatar does could not be compared/);
    expect(err).not.toMatch(/licence/);
    const { name, credits, mapModels, gaussians } = ReadAvatar(new Uint8Array(readFileSync(output)));
    expect([name, credits.license, credits.notices]).toEqual(["Tiny", "MIT", ["Made by a test."]]);
    expect([mapModels.map(({ tier }) => tier), gaussians.count]).toEqual([["lite"], 12]);
});

it("takes name and licence of the user, and keeps the notices of the training", async () => {
    const output = pathOf("named.glb");
    const given = ["--name", "Ada", "--license", "CC0-1.0", "--notice", "Hers.", "--precision", "fp32", "--side-files"];
    const { code, err } = await RunAsync(["convert", "lite", Model, "-o", output, ...given]);
    expect([code, err]).toEqual([0, expect.not.stringMatching(/error/)]);
    const { name, credits, mapModels } = ReadAvatar(new Uint8Array(readFileSync(output)));
    expect([name, credits.license, credits.notices]).toEqual(["Ada", "CC0-1.0", ["Made by a test.", "Hers."]]);
    expect(mapModels[0]!.networks.map(({ uri }) => uri)).toEqual(["named.lite.onnx"]);
    expect(existsSync(pathOf("named.lite.onnx"))).toBe(true);
});

it("says in one line what is wrong with a model, and writes nothing", async () => {
    const output = pathOf("none.glb");
    const errorOf = async (model: string | Uint8Array): Promise<string> => {
        const path = typeof model === "string" ? model : pathOf("wrong.npz");
        if (typeof model !== "string") {
            writeFileSync(path, model);
        }
        const { code, err } = await RunAsync(["convert", "lite", path, "-o", output, "--quiet"]);
        expect([code, err.split("\n").length, existsSync(output)]).toEqual([1, 2, false]);
        return err;
    };
    expect(await errorOf(pathOf("nowhere.npz"))).toMatch(/nowhere\.npz cannot be read: there is no such file/);
    expect(await errorOf(TinyTrainedModel({ meta: null }))).toMatch(/has no "meta" .* Give the model\.npz/);
    expect(await errorOf(TinyTrainedModel({ "net/out.bias": null }))).toMatch(/net\/out\.bias/);
    expect(await errorOf(TinyTrainedModel(WrongSamples()))).toMatch(
        /does not do what the trainer does: pose maps differ by 1\.0e\+0 m .* Export the model again/,
    );
});
