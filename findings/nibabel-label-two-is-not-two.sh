#!/usr/bin/env bash
# nibabel 5.4.2, numpy 2.4.6
#
# An image of NIfTI with the labels 0, 1, 2 and 3 of regions, as 8-bit integers, is read with `get_fdata()` and saved
# again with its own header, as is often done. The type stays 8-bit integers, but they are spread over 0 to 255, so the
# regions 1, 2 and 3 are empty: their labels are 1.00000002, 2.00000004 and 3.00000006. With 0, 1, 2 and 4 the label 2
# is 1.992.
#
# Most would guess: whole numbers that fit the type are stored as they are.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check nibabel==5.4.2 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import nibabel
import numpy


def saved(*labels):
    nibabel.save(nibabel.Nifti1Image(numpy.array([[labels]], "u1"), numpy.eye(4)), "regions.nii")
    image = nibabel.load("regions.nii")
    nibabel.save(nibabel.Nifti1Image(image.get_fdata(), image.affine, image.header), "again.nii")
    again = nibabel.load("again.nii")
    assert again.get_data_dtype() == "uint8", again.get_data_dtype()
    values = again.get_fdata()
    return values.ravel().round(3).tolist(), [int((values == label).sum()) for label in labels]


seen = {labels: saved(*labels) for labels in ((0, 1, 2, 3), (0, 1, 2, 4))}
print(seen)
assert seen == {
    (0, 1, 2, 3): ([0, 1, 2, 3], [1, 0, 0, 0]),
    (0, 1, 2, 4): ([0, 1.004, 1.992, 4], [1, 0, 0, 0]),
}, seen
print("held: no region has its label after an image was read and saved")
PYTHON
