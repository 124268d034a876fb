"""The stub of the native module names what the module has: classes, members, functions, arguments."""

import ast
import pathlib

import qfcsync

STUB = pathlib.Path(qfcsync.__file__).with_name("_native.pyi")


def arguments_of(node):
    return [argument.arg for argument in node.args.args]


def stub():
    classes, functions = {}, {}
    for node in ast.parse(STUB.read_text()).body:
        if isinstance(node, ast.ClassDef):
            classes[node.name] = {it.name for it in node.body if isinstance(it, ast.FunctionDef)
                                  and not it.name.startswith("__")}
        elif isinstance(node, ast.FunctionDef):
            functions[node.name] = arguments_of(node)
    return classes, functions


def runtime():
    classes, functions = {}, {}
    for name, value in vars(qfcsync._native).items():
        if isinstance(value, type):
            classes[name] = {it for it in vars(value) if not it.startswith("__")}
        elif callable(value) and not name.startswith("_"):
            (signature, *_), = value.__nb_signature__
            functions[name] = arguments_of(ast.parse(f"{signature}: ...").body[0])
    return classes, functions


def test_the_stub_has_the_classes_and_functions_of_the_module():
    stub_classes, stub_functions = stub()
    classes, functions = runtime()
    assert len(classes) > 15 and len(functions) > 10
    assert stub_classes == classes
    assert stub_functions == functions


def test_the_package_is_typed_and_exports_what_it_names():
    assert STUB.with_name("py.typed").exists()
    for name in qfcsync.__all__:
        assert hasattr(qfcsync, name), name


def test_everything_that_is_exported_has_a_doc_string():
    silent = [name for name in qfcsync.__all__
              if name != "UNDEFINED" and not getattr(qfcsync, name).__doc__]
    assert silent == []
