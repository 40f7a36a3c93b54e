// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives tables of cases (resources beside this package); hands on what the installed haproxy and this proxy make of
 * each. One thread: case after case.
 */
@NullMarked
package io.tandem.node.differential.table;

import org.jspecify.annotations.NullMarked;
