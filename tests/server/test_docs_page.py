"""The page at /docs/ in a real browser: nothing from elsewhere, search, details, trying out."""

import json
import shutil

import pytest
import yaml
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from support import ROOT, until

DOCUMENT = yaml.safe_load((ROOT / "server/pages/assets/openapi.yaml").read_text())
COUNT = sum(len(methods) for methods in DOCUMENT["paths"].values())


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    options = Options()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
                     f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.set_script_timeout(60)
    yield driver
    driver.quit()


@pytest.fixture
def docs(chromium, server):
    chromium.get(f"{server.url}/docs/")
    until(lambda: chromium.find_element(By.ID, "count").text, bool, "reading the document")
    return chromium


def shown(driver):
    return [one.get_attribute("id") for one in driver.find_elements(By.CSS_SELECTOR, "#operations > details")
            if one.is_displayed()]


def search(driver, words):
    field = driver.find_element(By.ID, "search")
    field.clear()
    field.send_keys(words)
    return shown(driver)


def test_all_operations_and_schemas_are_there(docs):
    assert docs.find_element(By.ID, "count").text == f"{COUNT} of {COUNT} operations"
    assert len(shown(docs)) == COUNT
    schemas = docs.find_elements(By.CSS_SELECTOR, "#schemas > details")
    assert len(schemas) == len(DOCUMENT["components"]["schemas"])


def test_its_parser_reads_what_a_yaml_library_reads(docs):
    text = docs.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "fetch('/swagger.yaml').then((a) => a.text()).then((t) => done(JSON.stringify(parseYaml(t))));")
    assert json.loads(text) == DOCUMENT


def test_nothing_comes_from_elsewhere_and_nothing_is_complained_about(docs, server):
    asked = [json.loads(entry["message"])["message"] for entry in docs.get_log("performance")]
    urls = [one["params"]["request"]["url"] for one in asked
            if one["method"] == "Network.requestWillBeSent"]
    assert urls and all(url.startswith((server.url, "data:", "chrome")) for url in urls), urls
    assert [entry for entry in docs.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_search_finds_paths_codes_and_parameters(docs):
    assert set(search(docs, "auth/login")) == {"login"}
    assert "uploadFile" in search(docs, "multiple_contents files")
    assert "listJobs" in search(docs, "project_id get")
    assert search(docs, "nothing-of-that-kind") == []
    assert docs.find_element(By.ID, "count").text == f"0 of {COUNT} operations"


def open_operation(driver, name):
    details = driver.find_element(By.ID, name)
    driver.execute_script("arguments[0].open = true; arguments[0].scrollIntoView()", details)
    until(lambda: details.find_elements(By.CSS_SELECTOR, "table"), bool, "details")
    return details


def test_details_name_every_status(docs):
    text = open_operation(docs, "uploadFile").text
    for status in ("201", "400", "402", "403", "404", "413", "415"):
        assert status in text
    assert not docs.find_element(By.ID, "uploadFile").find_elements(By.CSS_SELECTOR, "form.try")


def try_out(driver, name, **values):
    details = open_operation(driver, name)
    for key, value in values.items():
        details.find_element(By.NAME, key).send_keys(value)
    driver.execute_script("arguments[0].click()", details.find_element(By.CSS_SELECTOR, "form.try button"))
    output = details.find_element(By.CSS_SELECTOR, "pre.answer")
    return until(lambda: output.text, lambda text: "\n" in text, "the answer")


def test_a_request_can_be_tried_with_a_token(docs, ada, project):
    assert "\n401\n" in try_out(docs, "getProject", project=project)
    docs.find_element(By.ID, "token").send_keys(ada.token)
    docs.refresh()
    until(lambda: docs.find_element(By.ID, "count").text, bool, "reading the document")
    docs.find_element(By.ID, "token").send_keys(ada.token)
    answer = try_out(docs, "getProject", project=project)
    assert "\n200\n" in answer and project in answer


def test_both_addresses_show_it(chromium, server):
    chromium.get(f"{server.url}/swagger/")
    until(lambda: chromium.find_element(By.ID, "count").text, bool, "reading the document")
    assert len(shown(chromium)) == COUNT
