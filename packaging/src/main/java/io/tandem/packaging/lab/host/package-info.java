// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The lab's hosts: namespaces, links, files and the programs that run in them. Receives a topology; hands on hosts to
 * start programs in. Called by the lab's main thread; the system log has a thread of its own.
 */
@NullMarked
package io.tandem.packaging.lab.host;

import org.jspecify.annotations.NullMarked;
