/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-argument -- documents are broken here in ways that no type describes */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { toJsonSchema } from "@valibot/to-json-schema";
import { type IAvatarAsset } from "../../../src/format/avatarAsset.js";
import { AvatarFormatErrorCodes, AvatarFormatWarningCodes } from "../../../src/format/avatarFormatError.js";
import { AvatarExtensionSchema } from "../../../src/format/avatarSchema.js";
import { AvatarExtensionName } from "../../../src/format/extensionNames.js";
import { JoinGlb } from "../../../src/format/glbContainer.js";
import {
    MaxAnimations,
    MaxExpansion,
    MaxGaussians,
    MaxGltfItems,
    MaxInfluences,
    MaxJoints,
    MaxJsonBytes,
    MaxJsonDepth,
    MaxKeys,
    MaxMapSize,
    MaxMorphTargets,
    MaxNameLength,
    MaxNetworkBytes,
    MaxNetworks,
    MaxProjectionComponents,
    MaxSideFiles,
    MaxTensorElements,
    MinReadBudget,
} from "../../../src/format/limits.js";
import { ReadAvatar } from "../../../src/format/readAvatar.js";
import { SplatAttributes } from "../../../src/format/readGaussians.js";
import { WriteAvatarFiles } from "../../../src/format/writeAvatar.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { MakeSampleMapModel } from "../../support/mapModels.js";
import { OpenAvatarFile } from "./fileSurgery.js";

const SchemaFile = `docs/schema/${AvatarExtensionName}.schema.json`;

/** The avatar of the example: three joints, two channels, no clip, a tier with a network. */
function HeadAvatar(): IAvatarAsset {
    const sample = MakeSampleAvatar({ gaussians: 20, joints: 3 });
    const names = ["neck", "head", "jaw"] as const;
    const steps = [[0, 1.375, 0] as const, [0, 0.125, 0.0625] as const, [0, 0.03125, 0.03125] as const];
    const inverseBindMatrices = new Float32Array(48);
    const place = [0, 0, 0];
    steps.forEach((step, joint) => {
        step.forEach((value, axis) => (place[axis]! += value));
        const [x, y, z] = place;
        inverseBindMatrices.set([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -x!, -y!, -z!, 1], joint * 16);
    });
    const head: IAvatarAsset = {
        ...sample,
        name: "ada",
        bodyModel: "head",
        joints: names.map((name, joint) => ({
            name,
            smplx: name,
            parent: joint - 1,
            translation: steps[joint]!,
            rotation: [0, 0, 0, 1],
        })),
        inverseBindMatrices,
        animations: [],
        credits: { license: "CC0-1.0", notices: [], credits: ["Modelled by A. Person"] },
    };
    const model = MakeSampleMapModel(head, {
        texels: 12,
        mapSize: 256,
        conditioning: { size: 64, restJoints: Uint16Array.of(0) },
    });
    const [network] = model.networks;
    const decoding = {
        ...model.decoding,
        rotations: model.decoding.rotations.map((_, i) => (i % 4 === 3 ? 1 : 0)),
    };
    const networks = [{ ...network!, bytes: new Uint8Array(1_048_576), byteLength: 1_048_576 }];
    return { ...head, mapModels: [{ ...model, decoding, networks }] };
}

/** All property names of a JSON schema, however deep. */
function PropertyNames(schema: unknown): string[] {
    if (typeof schema !== "object" || schema === null) {
        return [];
    }
    const properties = (schema as { properties?: Record<string, unknown> }).properties ?? {};
    return [...Object.keys(properties), ...Object.values(schema).flatMap(PropertyNames)];
}

function MakeSchema(): Record<string, unknown> {
    const schema = toJsonSchema(AvatarExtensionSchema) as Record<string, unknown>;
    const { $schema, ...rest } = schema;
    return {
        $schema,
        title: AvatarExtensionName,
        description: "Root extension of a Gaussian avatar in glTF 2.0.",
        ...rest,
    };
}

describe("the documents of the format", () => {
    const text = readFileSync("docs/format.md", "utf8");

    it("hold the JSON schema that the code checks by (UPDATE_SCHEMA=1 writes it)", () => {
        const made = `${JSON.stringify(MakeSchema(), null, 4)}\n`;
        if (process.env["UPDATE_SCHEMA"] === "1") {
            writeFileSync(SchemaFile, made);
        }
        expect(JSON.parse(readFileSync(SchemaFile, "utf8"))).toEqual(JSON.parse(made));
    });

    it("name every field of the extension, every attribute and every code", () => {
        const words = [
            ...new Set(PropertyNames(MakeSchema()).filter((name) => name !== "properties")),
            ...Object.values(SplatAttributes),
            ...AvatarFormatErrorCodes,
            ...AvatarFormatWarningCodes,
        ];
        expect(words.filter((word) => !text.includes(`\`${word}\``))).toEqual([]);
    });

    it("show an example that is what a writer makes, and that a reader takes", () => {
        const [extension, rest] = [...text.matchAll(/```json\n([\s\S]*?)\n```/g)].map((match) => JSON.parse(match[1]!));
        const { json, binary } = OpenAvatarFile(WriteAvatarFiles(HeadAvatar(), "ada").avatar);
        expect(extension).toEqual(json.extensions[AvatarExtensionName]);
        expect(json).toMatchObject({ ...rest, extensions: {} });
        const shown = { ...rest, extensions: { [AvatarExtensionName]: extension } };
        const { accessors, bufferViews, buffers } = json;
        const read = ReadAvatar(JoinGlb({ ...shown, accessors, bufferViews, buffers }, binary));
        expect(read.joints.map(({ smplx }) => smplx)).toEqual(["neck", "head", "jaw"]);
        expect(read.morphTargets.map(({ name }) => name)).toEqual(["jawOpen", "mouthSmileLeft"]);
        expect(read.mapModels.map(({ tier, networks }) => [tier, networks[0]!.uri])).toEqual([
            ["lite", "ada.decoder.onnx"],
        ]);
    });

    it("state the limits that hold", () => {
        const limits = [
            MaxGaussians,
            MaxJoints,
            MaxMorphTargets,
            MaxAnimations,
            MaxKeys,
            MaxMapSize,
            MaxInfluences,
            MaxNetworks,
            MaxNetworkBytes,
            MaxProjectionComponents,
            MaxTensorElements,
            MaxGltfItems,
            MaxNameLength,
            MaxSideFiles,
            MaxJsonDepth,
            MaxExpansion,
        ];
        const stated = text.slice(text.indexOf("## What a reader refuses")).split("| code |")[0]!;
        const numbers = (stated.match(/\d[\d,]*/g) ?? []).map((digits) => Number(digits.replaceAll(",", "")));
        expect(limits.filter((limit) => !numbers.includes(limit))).toEqual([]);
        expect(stated).toContain(`${MaxJsonBytes / 2 ** 20} MiB of JSON`);
        expect(stated).toContain(`plus ${MinReadBudget / 2 ** 20} MiB`);
    });
});
