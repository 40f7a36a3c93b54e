// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

/**
 * The program of an external check.
 *
 * @param command its name, looked for in {@code path} unless it has a slash
 * @param path its {@code PATH}
 */
record ExternalCommand(String command, String path) {}
