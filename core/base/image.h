/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled images, as core knows them: the contract is public, for services compile what they hold too. */
#pragma once

#include <handslag/image.h>
