// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import java.lang.reflect.Proxy;

/**
 * Handlers for signals to this process.
 *
 * <p>{@code sun.misc.Signal} of the module jdk.unsupported is the only way; by reflection, because javac warns of its name in
 * a way that nothing can silence, and warnings are errors here.
 */
public final class ProcessSignals {
    private ProcessSignals() {}

    /**
     * Has {@code action} run, on a thread of its own, whenever the signal comes.
     *
     * @param name without SIG
     * @return false where the JVM keeps the signal for itself
     */
    public static boolean handle(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object onSignal = Proxy.newProxyInstance(
                    ProcessSignals.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            action.run();
                        }
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), onSignal);
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
