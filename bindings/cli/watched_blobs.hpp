#pragma once

#include <qfcsync/remote_store.hpp>

#include "terminal.hpp"

#include <memory>

/// A store that shows on a terminal how much was carried, and gives up when the user wants it to.
std::shared_ptr<qfcsync::BlobStore> watch_blobs(std::unique_ptr<qfcsync::BlobStore> store);

/// Throws Cancelled once a signal came.
void stop_when_interrupted();
