// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * What tests of any package need around a proxy: the installed haproxy and other programs, ports, servers, receivers of
 * logs. Receives configurations and scripts; hands on what was said. Threads of the tests, and one for each server.
 */
@NullMarked
package io.tandem.node.testkit;

import org.jspecify.annotations.NullMarked;
