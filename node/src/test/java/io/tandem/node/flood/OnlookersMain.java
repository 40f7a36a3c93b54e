// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.flood;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * A process with a server that behaves well and two clients of it, one by way of the program and one without it. Says the
 * server's port, then does what {@link Onlookers} asks by lines, each answered by one; ends with its input.
 */
final class OnlookersMain {
    private OnlookersMain() {}

    public static void main(String[] arguments) throws Exception {
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        try (HostileServer good = HostileServer.wellBehaved()) {
            System.out.println(good.port());
            for (String port = orders.readLine(); port != null; port = orders.readLine()) {
                try (Bystander other = new Bystander(Integer.parseInt(port));
                        Bystander control = new Bystander(good.port())) {
                    while (Onlookers.LOOK.equals(orders.readLine())) {
                        System.out.println(Onlookers.Look.of(other, control).line());
                    }
                }
                System.out.println();
            }
        }
    }
}
