// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * A cluster on one machine, in namespaces of its own. Receives a command line; hands on running hosts, nodes and what
 * to try with them. The supervisor runs where the user is, the lab itself in a JVM inside the namespaces.
 */
@NullMarked
package io.tandem.packaging.lab;

import org.jspecify.annotations.NullMarked;
