// Prints the version and how many changes there are between two files.

#include <qfcsync/changeset_apply.hpp>
#include <qfcsync/changeset_json.hpp>
#include <qfcsync/delta_applier.hpp>
#include <qfcsync/error.hpp>
#include <qfcsync/extract.hpp>
#include <qfcsync/merge.hpp>
#include <qfcsync/project.hpp>
#include <qfcsync/store.hpp>
#include <qfcsync/version.hpp>

#include <iostream>

int main(int argc, char** argv) {
  if (argc != 3) return 1;
  qfcsync::MemorySink changeset;
  const auto result = qfcsync::extract(argv[1], argv[2], changeset);
  std::cout << qfcsync::version() << ' ' << result.summary.changes() << '\n';
  return 0;
}
