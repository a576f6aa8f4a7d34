#include <projectedSplat>
#include <headPicture>

// Places one quad per visible splat, far to near. In the dialect of Babylon's shader pre-processor, which adds the entry
// point's structures and flips y in render targets.

attribute position : vec3f; // x, y: corner of the quad, −1 or 1; z: number of the splat inside its instance

varying vSigmas : vec2f; // place inside the splat, in standard deviations along its axes
varying vColor : vec4f; // display colour, opacity

#ifdef HEAD_PICTURES
varying vPlace : vec3f; // place in a refined picture, homogeneous
varying vPicture : vec3f; // its layer, how much of it is seen, which part of the layer it fills

var<storage,read> headPictures : array<HeadPicture>;
#endif

var<storage,read> projectedSplats : array<ProjectedSplat>;
var<storage,read> sortedIndices : array<u32>;
var<storage,read> drawArguments : array<u32>;

@vertex
fn main(input : VertexInputs) -> FragmentInputs {
    let rank = vertexInputs.instanceIndex * SplatsPerInstance + u32(vertexInputs.position.z);
    // The last instance is rarely full, and before the first indirect count arrives there are instances to spare.
    if (rank >= drawArguments[VisibleCountWord]) {
        vertexOutputs.vSigmas = vec2f(0.0);
        vertexOutputs.vColor = vec4f(0.0);
        vertexOutputs.position = vec4f(0.0, 0.0, 2.0, 1.0); // beyond the far plane: no pixel
#ifdef HEAD_PICTURES
        vertexOutputs.vPlace = vec3f(0.0, 0.0, 1.0);
        vertexOutputs.vPicture = vec3f(0.0);
#endif
    } else {
        let index = sortedIndices[rank];
        let splat = projectedSplats[index];
        let color = projectedSplatColor(splat);
        let center = projectedSplatCenter(splat);
        let sigmas = vertexInputs.position.xy * splatRadius(color.a);
        let offset = sigmas.x * projectedSplatAxis1(splat) + sigmas.y * projectedSplatAxis2(splat);
        vertexOutputs.vSigmas = sigmas;
        vertexOutputs.vColor = color;
        let corner = vec4f(center.xy + offset, center.z, 1.0);
        vertexOutputs.position = corner;
#ifdef HEAD_PICTURES
        var place = vec3f(0.0, 0.0, 1.0);
        var picture = vec3f(0.0);
        for (var i = 0u; i < MaxHeadPictures; i++) {
            let first = headPictures[i].firstPosed;
            if (index >= first && index - first < headPictures[i].gaussianCount) {
                place = (headPictures[i].fromDevice * corner).xyw;
                picture = vec3f(f32(headPictures[i].layer), headPictures[i].share, headPictures[i].extent);
            }
        }
        vertexOutputs.vPlace = place;
        vertexOutputs.vPicture = picture;
#endif
    }
}
