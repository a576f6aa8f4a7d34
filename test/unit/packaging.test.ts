import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { EnsureFreshBuild } from "../support/freshBuild.js";

/** Runs an ES module in a plain Node process: no jest, no WebGPU, packages as a user of the library has them. */
function RunInNode(code: string): string {
    return execFileSync(process.execPath, ["--input-type=module", "--eval", code], {
        encoding: "utf8",
        env: { PATH: process.env["PATH"], NODE_OPTIONS: "" },
    }).trim();
}

/** Names that an entry of the built package exports, sorted. */
function ExportedNames(entry: string): string[] {
    const code = `console.log(JSON.stringify(Object.keys(await import("${entry}")).sort()))`;
    return JSON.parse(RunInNode(code)) as string[];
}

const IsAvatarLoaderRegistered = `
    const { registeredGLTFExtensions } = await import("@babylonjs/loaders/glTF/2.0/glTFLoaderExtensionRegistry.js");
    console.log(registeredGLTFExtensions.has("BGA_gaussian_avatar"));`;

describe("the built package", () => {
    beforeAll(() => {
        EnsureFreshBuild("dist/index.js", "build:lib", ["src", "shaders", "tsconfig.json", "tsconfig.build.json"]);
    }, 300_000);

    it("exports exactly the public names from its root", () => {
        expect(ExportedNames("babylon-gaussian-avatar")).toEqual([
            "AnimatorError",
            "ArkitIndices",
            "ArkitNames",
            "AvatarAnimator",
            "AvatarDeviceError",
            "AvatarError",
            "AvatarFormatError",
            "AvatarNetworks",
            "AvatarRenderer",
            "BodyModels",
            "CreateAvatarEngineAsync",
            "FaceCalibration",
            "FaceError",
            "FaceSamples",
            "GaussianAvatar",
            "GroupMotion",
            "LiveRig",
            "LoadAvatarAsync",
            "MediaPipeFace",
            "NetworkError",
            "ParseFaceMapping",
            "ParseRigProfile",
            "RegisterAvatarLoader",
            "RetargetError",
            "RigError",
            "SerializeFaceMapping",
            "SerializeRigProfile",
            "SmplxJointNames",
            "SmplxJointParents",
            "VisemeWeights",
            "WornHeadError",
        ]);
    });

    it("exports exactly the public names of motion files and trackers", () => {
        expect(ExportedNames("babylon-gaussian-avatar/motion")).toEqual([
            "AvatarError",
            "BodyPointNames",
            "BodyPoints",
            "BodyPose",
            "BvhError",
            "CreateBvhMotion",
            "CreateSmplMotion",
            "DeclareExpressionSpace",
            "DescribeExpressionSpace",
            "DescribeRig",
            "ExpressionMapper",
            "FaceError",
            "FaceTrackSampler",
            "FitExpressionMap",
            "MeasureAvatarBody",
            "MeasureRetarget",
            "MotionFileError",
            "PointFilter",
            "PoseFromPositions",
            "ReadArkitJson",
            "ReadBvh",
            "ReadHandLandmarks",
            "ReadLiveLinkCsv",
            "ReadPoseLandmarks",
            "ReadSmplMotion",
            "ReadVrmExpressions",
            "RetargetError",
            "RetargetMotion",
            "RigError",
            "RigPose",
            "ShapeSolver",
            "TrackedBody",
            "WriteMotionBvh",
            "WriteMotionGlb",
            "WriteMotionNpz",
            "XrPoints",
        ]);
    });

    it("exports exactly the public names of the converter", () => {
        expect(ExportedNames("babylon-gaussian-avatar/convert")).toEqual([
            "AvatarBakeError",
            "AvatarFormatError",
            "BakeAvatarAsync",
            "BakeHeadChannelsAsync",
            "CheckpointError",
            "ConvertAnimatableGaussiansAsync",
            "ConvertError",
            "ConvertGaussianHeadAsync",
            "ConvertLiteAsync",
            "ConvertLiteHeadAsync",
            "DecodeImageInBrowserAsync",
            "DefaultSplats",
            "FileOfBlob",
            "FitExpressionPairs",
            "FolderOfFiles",
            "LoadNetworkAsync",
            "NetworkBuildError",
            "ReadAvatar",
            "ReadAvatarAsync",
            "ReadBodyConfigAsync",
            "ReadCharacterFacesAsync",
            "ReadCharacterMotionsAsync",
            "ReadExpressionMatrix",
            "ReadExpressionPairsAsync",
            "RigError",
            "ValidateAvatar",
            "WriteAvatar",
            "WriteAvatarFiles",
        ]);
    });

    it("exports the same from ./pure as from its root", () => {
        expect(ExportedNames("babylon-gaussian-avatar/pure")).toEqual(ExportedNames("babylon-gaussian-avatar"));
    });

    it("registers the glTF extension when its root is imported, and nothing when ./pure is", () => {
        expect(RunInNode(`await import("babylon-gaussian-avatar/pure"); ${IsAvatarLoaderRegistered}`)).toBe("false");
        expect(RunInNode(`await import("babylon-gaussian-avatar"); ${IsAvatarLoaderRegistered}`)).toBe("true");
    });

    it("has one class of each error for all its entries, so that instanceof holds whoever threw", () => {
        const code = `
            const main = await import("babylon-gaussian-avatar");
            const motion = await import("babylon-gaussian-avatar/motion");
            const convert = await import("babylon-gaussian-avatar/convert");
            console.log(
                convert.AvatarBakeError.prototype instanceof main.AvatarError,
                convert.AvatarFormatError === main.AvatarFormatError,
                main.AvatarFormatError.prototype instanceof main.AvatarError,
                motion.AvatarError === main.AvatarError,
                motion.BvhError.prototype instanceof main.AvatarError,
                motion.RigError === main.RigError && convert.RigError === main.RigError,
                motion.RetargetError === main.RetargetError,
            );
            const rig = [{ name: "a", parent: -1, position: [0, 0, 0], rotation: [0, 0, 0, 1] }];
            try {
                motion.DescribeRig(rig, { name: "a" });
            } catch (error) {
                console.log(error instanceof main.RigError);
            }`;
        expect(RunInNode(code).split(/\s+/)).toEqual(Array(8).fill("true"));
    });

    it("keeps the reading and writing of motion files out of the main entry, and Babylon out of motion files", () => {
        expect(readFileSync("dist/pure.js", "utf8")).not.toMatch(/fflate|class BvhError|class MotionFileError/);
        expect(readFileSync("dist/motion.js", "utf8")).not.toContain("@babylonjs/");
    });

    it("keeps what runs networks out of the main entry, in a file that is fetched when somebody needs it", () => {
        const parts = /class (NetworkDirector|NetworkProgram|NetworkRuntime|ConditioningStage|DecodeStage)\b/;
        expect(readFileSync("dist/pure.js", "utf8")).not.toMatch(parts);
        expect(readFileSync("dist/pure-networks.js", "utf8")).toMatch(parts);
    });

    it("leaves Babylon and ONNX Runtime out of its files, and every path of this machine", () => {
        for (const file of ["index", "pure", "motion", "convert", "cli"]) {
            const text = readFileSync(`dist/${file}.js`, "utf8");
            expect(text).not.toContain("class AbstractEngine");
            expect(text).not.toContain(process.cwd());
        }
    });

    it("answers as a command", () => {
        const manifest = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
        const version = execFileSync(process.execPath, ["dist/cli.js", "--version"], {
            encoding: "utf8",
            env: { PATH: process.env["PATH"], NODE_OPTIONS: "" },
        });
        expect(version).toContain(manifest.version);
    });

    it("packs sources, shaders and licence with the build, and nothing else", () => {
        const listing = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
            encoding: "utf8",
            stdio: "pipe",
        });
        const parsed = JSON.parse(listing) as { files: { path: string }[] }[];
        const roots = new Set(parsed[0]!.files.map(({ path }) => path.split("/")[0]));
        expect([...roots].sort()).toEqual(
            ["CHANGELOG.md", "LICENSE", "NOTICE", "README.md", "dist", "docs", "package.json", "shaders", "src"].sort(),
        );
    });
});

describe("the lock file", () => {
    // Registries that mirror one platform only make npm leave the others out, and then `npm ci` refuses the file.
    it("has an entry for every optional package of every platform", () => {
        const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
            packages: Record<string, { optionalDependencies?: Record<string, string> }>;
        };
        const installed = new Set(Object.keys(packages).map((path) => path.split("node_modules/").at(-1)));
        const missing = Object.values(packages)
            .flatMap(({ optionalDependencies }) => Object.keys(optionalDependencies ?? {}))
            .filter((name) => !installed.has(name));
        expect(missing).toEqual([]);
    });
});
