import { type IShaderConstant, F32, U32 } from "../gpu/shaderComposer.js";
import { MaxPerceptronLayers, MaxPerceptronWidth } from "../format/headModel.js";
import { MaxHeadPictures } from "./7-composite/headPictureLayout.js";
import { RawComponents, RawOffsets } from "./3-gaussians/mapModelLayout.js";

/*
 * Every number of the pipeline that decides a picture or a dispatch, with its origin. The same names are declared ahead of
 * every shader. "INRIA" is the published rasteriser of 3D Gaussian splatting (Kerbl et al. 2023), which both avatar methods
 * train with: other values here would show trained avatars differently from how they were trained.
 */

/** Variance added to both diagonal entries of a projected covariance, square pixels, so that no splat is thinner than a pixel. INRIA. */
export const LowPassVariance = 0.3;

/** The same for antialiased people, whose splats keep their energy: about the variance of a pixel, 1/12. 2D Mip filter (Yu et al. 2024). */
export const MipVariance = 0.1;

/** Beyond this multiple of tan(fov/2) off the view axis the projection's slope is held constant: far outside the image it explodes. INRIA. */
export const JacobianFieldOfViewLimit = 1.3;

/** Largest alpha one splat gives one pixel. INRIA. */
export const AlphaMax = 0.99;

/** Smallest alpha that is drawn: one step of an 8-bit display. INRIA. */
export const AlphaMin = 1 / 255;

/** Splats that one draw instance holds as quads. Software adapters pay per instance: 1 → 128 quads is five to ten times faster there, hardware does not mind. */
export const SplatsPerInstance = 128;

/** Threads of a workgroup: the largest count that every WebGPU device runs. */
export const WorkgroupSize = 256;

/** Points that one workgroup takes through a perceptron: with 256 neurons their activations fill the 16 KiB that every device has. */
export const PointsPerWorkgroup = 16;

/** Slope of the leaky ReLU of published heads. Xu et al. 2024, official code. */
export const LeakySlope = 0.01;

/** Consecutive keys that one thread of the sort handles. Eight hide the cost of the scans at 8 KiB of workgroup memory. */
export const SortKeysPerThread = 8;

/** Keys that one workgroup of the sort handles. */
export const SortTileSize = WorkgroupSize * SortKeysPerThread;

/** Bits that one pass of the sort orders by. Four need no subgroups and little memory, which is why portable sorts use four. */
export const SortDigitBits = 4;

/** Buckets of one sort pass. */
export const SortDigits = 1 << SortDigitBits;

/** Passes of the sort. */
export const SortPasses = 5;

/** Bits of a sort key. See the README of this folder, "Sort key". */
export const SortKeyBits = SortPasses * SortDigitBits;

/** Mantissa bits kept in a sort key: steps of 1/65,536 of the distance, 0.03 mm at 2 m. The other four bits are the exponent. */
export const SortKeyMantissaBits = 16;

/** Added to the distance behind the near plane, metres: below it steps are even, 0.12 µm, and the exponent range starts here. */
export const SortKeyBias = 2 ** -7;

/** Key of a Gaussian that is not drawn; no visible one has it. */
export const CulledKey = 0xffffffff;

/** Widest axis of a splat that is drawn, in units of the viewport's half size: what a half-precision number safely holds. */
export const MaxAxis = 32768;

/** Coverage below which the refined picture of a head says nothing of it: white is all there is. */
export const LeastPictureAlpha = 0.02;

/** Coverage from which on it is believed. Between the two, splats keep a part of their own colour. */
export const SurePictureAlpha = 0.2;

/** Refined pictures fade into the splats' own colours along their borders, over this share of a side. */
export const PictureBorder = 0.04;

/** Share of a Gaussian's joints that must be there for it to be seen at all: by the seam between a head and the body that wears it. */
export const SeamBegin = 0.1;

/** The share from which on it has all of its opacity. At half of each, head and body close the seam between them. */
export const SeamEnd = 0.5;

/** The constants that shaders see, by their WGSL name. */
export const PipelineShaderConstants: Readonly<Record<string, IShaderConstant>> = {
    LowPassVariance: F32(LowPassVariance),
    MipVariance: F32(MipVariance),
    JacobianFieldOfViewLimit: F32(JacobianFieldOfViewLimit),
    AlphaMax: F32(AlphaMax),
    AlphaMin: F32(AlphaMin),
    SplatsPerInstance: U32(SplatsPerInstance),
    WorkgroupSize: U32(WorkgroupSize),
    SortKeysPerThread: U32(SortKeysPerThread),
    SortTileSize: U32(SortTileSize),
    SortDigitBits: U32(SortDigitBits),
    SortDigits: U32(SortDigits),
    SortKeyBits: U32(SortKeyBits),
    SortKeyMantissaBits: U32(SortKeyMantissaBits),
    SortKeyBias: F32(SortKeyBias),
    CulledKey: U32(CulledKey),
    MaxAxis: F32(MaxAxis),
    PointsPerWorkgroup: U32(PointsPerWorkgroup),
    MaxPerceptronWidth: U32(MaxPerceptronWidth),
    MaxPerceptronLayers: U32(MaxPerceptronLayers),
    LeakySlope: F32(LeakySlope),
    LeastPictureAlpha: F32(LeastPictureAlpha),
    SurePictureAlpha: F32(SurePictureAlpha),
    PictureBorder: F32(PictureBorder),
    SeamBegin: F32(SeamBegin),
    SeamEnd: F32(SeamEnd),
    MaxHeadPictures: U32(MaxHeadPictures),
    RawComponents: U32(RawComponents),
    RawOpacity: U32(RawOffsets.opacity),
    RawScale: U32(RawOffsets.scale),
    RawRotation: U32(RawOffsets.rotation),
    RawColor: U32(RawOffsets.color),
};
