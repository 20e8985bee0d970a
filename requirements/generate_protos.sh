#!/bin/sh
# Generates the Python code of tffsim/remote/wire/executor.proto, in an environment of its own. Code made by a newer
# grpcio-tools refuses protobuf 5.29, which Colab has; that of 1.71.2 loads on protobuf 5.29 and 6.
# With --check it only tells whether the committed code is what the .proto makes.
set -eu

tools=build/proto-tools
if [ ! -f "$tools/ready" ]; then
    "${UV:-.venv/bin/uv}" venv --quiet --clear --python "${BASE_PYTHON:-.venv/bin/python}" "$tools"
    "${UV:-.venv/bin/uv}" pip install --quiet --no-config --python "$tools/bin/python" \
        grpcio-tools==1.71.2 grpcio==1.71.2 protobuf==5.29.5 setuptools==80.9.0
    touch "$tools/ready"
fi

folder=tffsim/remote/wire
made=build/protos
rm -rf "$made"
mkdir -p "$made"
"$tools/bin/python" -m grpc_tools.protoc --proto_path=. --python_out="$made" --pyi_out="$made" --grpc_python_out="$made" \
    "$folder/executor.proto"

for file in executor_pb2.py executor_pb2.pyi executor_pb2_grpc.py; do
    if [ "${1:-}" = --check ]; then
        cmp "$made/$folder/$file" "$folder/$file" || {
            echo "$folder/$file is not what executor.proto makes. Run: make protos" >&2
            exit 1
        }
    else
        cp "$made/$folder/$file" "$folder/$file"
    fi
done
