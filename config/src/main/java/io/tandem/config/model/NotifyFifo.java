// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.model;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A named pipe that is told of every transition, in their order.
 *
 * @param path made where it does not exist
 * @param user owns it, or null for this process's own
 * @param group null for the user's own
 * @param reader run once, with the path as its last argument, or null
 */
public record NotifyFifo(Path path, @Nullable String user, @Nullable String group, @Nullable Script reader) {}
