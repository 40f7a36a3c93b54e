// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Raw exchanges through the installed haproxy and this proxy: tables of cases by theme, a server that misbehaves by script,
 * and a strict reader of what reached it. Each side's thread is its own; results are compared on the test's.
 */
@NullMarked
package io.tandem.node.differential.wire;

import org.jspecify.annotations.NullMarked;
