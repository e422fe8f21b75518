#pragma once
// as: daemon/core/bad.h
// reports: opening 1
