/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call -- documents are broken here in ways that no type describes */
import { describe, expect, it } from "@jest/globals";
import {
    AvatarFormatError,
    type AvatarFormatErrorCode,
    AvatarFormatErrorCodes,
    AvatarFormatWarningCodes,
} from "../../../src/format/avatarFormatError.js";
import { ReadAvatar, ReadAvatarAsync, ValidateAvatar } from "../../../src/format/readAvatar.js";
import { BrokenContents } from "./brokenContents.js";
import { BrokenDocuments } from "./brokenDocuments.js";
import { BreakMaps, BrokenMaps } from "./brokenMaps.js";
import { BrokenHeads } from "./brokenHeads.js";
import { Broken, BrokenFile, type Case, KHR, Track } from "./fileSurgery.js";

const Errors: readonly Case[] = [...BrokenDocuments, ...BrokenContents, ...BrokenMaps, ...BrokenHeads];

describe("a broken avatar file", () => {
    it.each(Errors)("%s is refused as %s", (_, code, words, file) => {
        const bytes = file();
        const found = ValidateAvatar(bytes).filter(({ severity }) => severity === "error");
        expect(found.map((issue) => issue.code)).toContain(code);
        expect(found.map((issue) => `${issue.path}: ${issue.message}`).join("\n")).toMatch(words);
        let thrown: unknown;
        try {
            ReadAvatar(bytes, { fileName: "ada.glb" });
        } catch (error) {
            thrown = error;
        }
        expect(thrown).toBeInstanceOf(AvatarFormatError);
        expect((thrown as AvatarFormatError).code).toBe(found[0]!.code);
        expect((thrown as AvatarFormatError).message).toMatch(/^ada\.glb: /);
    });

    it("is met in these tests with every code there is", () => {
        const codes = new Set(Errors.map(([, code]) => code));
        expect(AvatarFormatErrorCodes.filter((code) => !codes.has(code))).toEqual([]);
    });

    it("has all its problems listed at once", () => {
        const file = BrokenFile(({ attribute, extension, primitive }) => {
            attribute("POSITION").setFloat32(0, NaN, true);
            attribute("JOINTS_0").setUint8(0, 200);
            extension.expressions.pop();
            delete primitive.attributes[`${KHR}OPACITY`];
        });
        const codes: string[] = ValidateAvatar(file).map(({ code }) => code);
        const expected: AvatarFormatErrorCode[] = ["non-finite", "missing-attribute", "invalid-morph-target"];
        expect(codes).toEqual(expect.arrayContaining(expected));
    });

    it("passes on what its side file loader throws, and asks for no unsafe address", async () => {
        const file = (uri: string): Uint8Array => {
            const bytes = BrokenFile(({ json }) => (json.buffers[0].uri = uri));
            return bytes;
        };
        const asked: string[] = [];
        const failAsync = async (uri: string): Promise<Uint8Array> => {
            asked.push(uri);
            return await Promise.reject(new RangeError("offline"));
        };
        await expect(ReadAvatarAsync(file("a.bin"), failAsync)).rejects.toThrow(RangeError);
        const unsafe = [
            "/a.bin",
            "//host/a.bin",
            "C:\\a.bin",
            "..",
            "x/../../y",
            "file:///etc/passwd",
            "javascript:1",
            "",
            "%00",
            "%zz",
            "a%5c..%5cb",
        ];
        await Promise.all(
            unsafe.map(async (uri) => {
                await expect(ReadAvatarAsync(file(uri), failAsync)).rejects.toMatchObject({ code: "unsafe-uri" });
            }),
        );
        expect(asked).toEqual(["a.bin"]);
    });
});

const Warnings: readonly Case[] = [
    [
        "view-dependent colour",
        "ignored-attribute",
        /SH_DEGREE_1/,
        Broken(({ primitive }) => (primitive.attributes[`${KHR}SH_DEGREE_1_COEF_0`] = primitive.attributes.POSITION)),
    ],
    [
        "an animated joint scale",
        "ignored-channel",
        /scale/,
        Broken(({ json }) => (json.animations[0].channels[0].target.path = "scale")),
    ],
    [
        "a transform above the root",
        "ignored-transform",
        /above the root joint places the person in the scene/,
        Broken(({ json }) => json.nodes.push({ name: "armature", translation: [0, 1, 0], children: [1] })),
    ],
    [
        "a transform of the skinned node of a foreign file",
        "ignored-transform",
        /nodes\/0: glTF takes no notice/,
        Broken(({ json }) => {
            delete json.extensions;
            json.nodes[0].translation = [0, 0, 1];
        }),
    ],
    [
        "stepped keys",
        "approximated-interpolation",
        /STEP/,
        Broken((file) => (Track(file, "rotation").interpolation = "STEP")),
    ],
    [
        "a tier that does not say how it makes Gaussians",
        "ignored-tier",
        /tiers\/1: does not say/,
        BreakMaps((_, { extension }) => delete extension.tiers[1].maps),
    ],
];

describe("a file with more than an avatar can use", () => {
    it.each(Warnings)("%s gives the warning %s and still reads", (_, code, words, file) => {
        const issues = ValidateAvatar(file());
        expect(issues.map((issue) => issue.severity)).not.toContain("error");
        expect(issues.map((issue) => issue.code)).toContain(code);
        expect(issues.map((issue) => `${issue.path}: ${issue.message}`).join("\n")).toMatch(words);
        expect(ReadAvatar(file()).gaussians.count).toBe(20);
    });

    it("is met in these tests with every warning there is", () => {
        expect(new Set(Warnings.map(([, code]) => code))).toEqual(new Set(AvatarFormatWarningCodes));
    });
});
