/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return -- documents are broken here in ways that no type describes */
import { describe, expect, it } from "@jest/globals";
import { JoinGlb } from "../../../src/format/glbContainer.js";
import { ReadAvatar, ValidateAvatar } from "../../../src/format/readAvatar.js";
import { BrokenFile, type IOpenAvatarFile } from "./fileSurgery.js";

describe("a skinned splat file of others", () => {
    const Foreign = (change: (file: IOpenAvatarFile) => unknown = () => undefined): Uint8Array =>
        BrokenFile((file) => {
            delete file.json.extensions;
            file.json.extensionsUsed = ["KHR_gaussian_splatting"];
            change(file);
        });

    it("is an avatar whose body model and channels are told by names", () => {
        const avatar = ReadAvatar(Foreign());
        expect(avatar.bodyModel).toBe("smplx");
        expect(avatar.joints[15]).toMatchObject({ name: "head", smplx: "head", parent: 12 });
        expect(avatar.morphTargets.map(({ name }) => name)).toEqual(["jawOpen", "mouthSmileLeft"]);
        expect(avatar.credits).toEqual({ license: "unknown", notices: [] });
    });

    it("is of a custom body model when its names are its own, and may rest rotated or by matrix", () => {
        const avatar = ReadAvatar(
            Foreign(({ json }) => {
                json.nodes[1].name = "Hips";
                json.nodes[4].rotation = [0, 0.6, 0, 0.8];
                json.nodes[7] = {
                    ...json.nodes[7],
                    translation: undefined,
                    matrix: [0, 0, -1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 2, 3, 1],
                };
            }),
        );
        expect(avatar.bodyModel).toBe("custom");
        expect(avatar.joints[3]!.rotation).toEqual([0, 0.6, 0, 0.8]);
        expect(avatar.joints[6]!.translation).toEqual([1, 2, 3]);
        // The matrix turns x to -z: a quarter turn about y.
        avatar.joints[6]!.rotation.forEach((value, c) =>
            expect(value).toBeCloseTo([0, Math.SQRT1_2, 0, Math.SQRT1_2][c]!, 6),
        );
    });

    it("has joints without a name named by their node, as Babylon names its bones", () => {
        const avatar = ReadAvatar(
            Foreign(({ json }) => {
                delete json.nodes[4].name;
                json.nodes[5].name = "";
            }),
        );
        expect(avatar.joints.slice(3, 5).map(({ name }) => name)).toEqual(["joint4", "joint5"]);
    });

    it("has its joints brought into parents-first order, and all that refers to them with it", () => {
        const straight = ReadAvatar(Foreign());
        const reversed = ReadAvatar(
            Foreign((file) => {
                const { json } = file;
                json.skins[0].joints.reverse();
                const joints = file.attribute("JOINTS_0");
                for (let i = 0; i < joints.byteLength; i++) {
                    joints.setUint8(i, 54 - joints.getUint8(i));
                }
                const matrices = file.data(json.skins[0].inverseBindMatrices);
                const rows = Array.from(
                    { length: 55 },
                    (_, j) =>
                        new Uint8Array(
                            matrices.buffer.slice(matrices.byteOffset + j * 64, matrices.byteOffset + j * 64 + 64),
                        ),
                );
                rows.reverse().forEach((row, j) => file.binary.set(row, matrices.byteOffset + j * 64));
            }),
        );
        reversed.joints.forEach((joint, index) => expect(joint.parent).toBeLessThan(index));
        const nameOf = (avatar: typeof straight, slot: number): string =>
            avatar.joints[avatar.gaussians.jointIndices[slot]!]!.name;
        for (let slot = 0; slot < 80; slot++) {
            if (straight.gaussians.jointWeights[slot]! > 0) {
                expect(nameOf(reversed, slot)).toBe(nameOf(straight, slot));
            }
        }
        straight.joints.forEach(({ name }, index) => {
            const other = reversed.joints.findIndex((joint) => joint.name === name);
            expect(reversed.inverseBindMatrices.subarray(other * 16, other * 16 + 16)).toEqual(
                straight.inverseBindMatrices.subarray(index * 16, index * 16 + 16),
            );
        });
    });

    /** Own keys that an assignment would turn into a prototype, as only JSON text can hold them. */
    const Hostile = (inherited: object): Record<string, unknown> => {
        const text = JSON.stringify(inherited);
        return JSON.parse(`{"__proto__":${text},"constructor":{"prototype":${text}}}`) as Record<string, unknown>;
    };
    /** Adds the keys to an object of the document, keeping them its own. */
    const Mark = (target: object, inherited: object): void => {
        Object.defineProperties(target, Object.getOwnPropertyDescriptors(Hostile(inherited)));
    };

    it("keeps keys named like prototypes apart from objects", () => {
        const bytes = Foreign(({ json, primitive }) => {
            json.extras = Hostile({ polluted: true });
            json.extensions = { OTHER: Hostile({ polluted: true }) };
            for (const target of [json, json.nodes[2], json.meshes[0].extras, primitive, primitive.extensions]) {
                Mark(target, { polluted: true });
            }
            json.nodes[2].name = "__proto__";
            json.nodes[5].name = "constructor";
        });
        const text = new TextDecoder().decode(bytes);
        expect(text).toContain('"__proto__":{"polluted":true}');
        expect(text).toContain('"constructor":{"prototype":{"polluted":true}}');
        const avatar = ReadAvatar(bytes);
        expect(avatar.joints[1]!.name).toBe("__proto__");
        expect(avatar.joints[4]!.name).toBe("constructor");
        for (const object of [{}, avatar, avatar.gaussians, ...avatar.joints, ...avatar.morphTargets]) {
            expect((object as Record<string, unknown>)["polluted"]).toBeUndefined();
        }
    });

    it.each([
        ["attributes", ({ primitive }: IOpenAvatarFile): object => primitive.attributes, "WEIGHTS_0", "no-avatar"],
        [
            "attributes that only the reader of Gaussians asks for",
            ({ primitive }: IOpenAvatarFile): object => primitive.attributes,
            "KHR_gaussian_splatting:OPACITY",
            "missing-attribute",
        ],
        ["the skin of a node", ({ json }: IOpenAvatarFile): object => json.nodes[0], "skin", "no-avatar"],
        [
            "the mark of Gaussians",
            ({ primitive }: IOpenAvatarFile): object => primitive.extensions,
            "KHR_gaussian_splatting",
            "no-avatar",
        ],
    ])("takes nothing from a key __proto__: %s", (_, holderOf, key, code) => {
        const bytes = Foreign((file) => {
            const holder = holderOf(file) as Record<string, unknown>;
            const inherited = { [key]: holder[key] };
            Reflect.deleteProperty(holder, key);
            Mark(holder, inherited);
        });
        expect(new TextDecoder().decode(bytes)).toContain(`"__proto__":{"${key}":`);
        expect(ValidateAvatar(bytes).map((issue) => issue.code)).toContain(code);
    });

    it("is whole or refused, also when it holds nothing at all", () => {
        expect(
            ValidateAvatar(JoinGlb({ asset: { version: "2.0" } }, new Uint8Array(0))).map(({ code }) => code),
        ).toEqual(["no-avatar"]);
    });
});
