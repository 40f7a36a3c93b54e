// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.net.InetSocketAddress;

/**
 * How a server's agent is asked ({@code agent-check}).
 *
 * @param address where it is
 * @param interMs time between two questions
 * @param question what it is asked, or empty
 */
public record AgentSettings(InetSocketAddress address, int interMs, String question) {}
